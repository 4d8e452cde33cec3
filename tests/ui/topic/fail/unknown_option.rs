#[centrifugo::topic("news", ignorecase)]
async fn news() -> bool {
    true
}

fn main() {}
