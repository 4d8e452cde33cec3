#[centrifugo::topic("news", anyone)]
async fn news() -> bool {
    true
}

fn main() {}
