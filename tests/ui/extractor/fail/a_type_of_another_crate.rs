#[centrifugo::extractor]
async fn name() -> Result<String, centrifugo::Reject> {
    Ok(String::new())
}

fn main() {}
