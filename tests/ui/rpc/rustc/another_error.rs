mod anyhow {
    pub struct Error;
}

#[centrifugo::rpc("ping")]
async fn ping() -> Result<u8, anyhow::Error> {
    Ok(1)
}

fn main() {}
