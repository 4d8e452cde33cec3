#[centrifugo::rpc("ping")]
async fn ping() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    Ok(1)
}

fn main() {}
