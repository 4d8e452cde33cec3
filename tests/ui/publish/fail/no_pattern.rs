#[centrifugo::publish]
async fn say() -> bool {
    true
}

fn main() {}
