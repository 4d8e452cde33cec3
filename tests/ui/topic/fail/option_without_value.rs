#[centrifugo::topic("news", name)]
async fn news() -> bool {
    true
}

fn main() {}
