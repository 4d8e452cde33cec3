#[centrifugo::topic("news", "sport")]
async fn news() -> bool {
    true
}

fn main() {}
