#[centrifugo::topic("news", name = 7)]
async fn news() -> bool {
    true
}

fn main() {}
