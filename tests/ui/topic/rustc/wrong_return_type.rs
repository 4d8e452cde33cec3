#[centrifugo::topic("news")]
async fn news() -> u64 {
    7
}

fn main() {}
