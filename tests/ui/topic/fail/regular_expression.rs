#[centrifugo::topic("user.[0-9]+")]
async fn user() -> bool {
    true
}

fn main() {}
