#[centrifugo::topic("news")]
fn news() -> bool {
    true
}

fn main() {}
