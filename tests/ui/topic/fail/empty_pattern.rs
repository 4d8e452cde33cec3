#[centrifugo::topic("")]
async fn own() -> bool {
    true
}

fn main() {}
