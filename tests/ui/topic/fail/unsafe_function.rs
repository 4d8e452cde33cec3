#[centrifugo::topic("news")]
async unsafe fn news() -> bool {
    true
}

fn main() {}
