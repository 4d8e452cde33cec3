#[centrifugo::connect]
async fn connect() -> bool {
    true
}

fn main() {}
