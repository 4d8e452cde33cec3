use centrifugo::{Publications, Reject};

const PRICES: &str = "prices.<id>";

#[centrifugo::stream(PRICES)]
async fn prices(prices: Publications<u64>) -> Result<Publications<u64>, Reject> {
    Ok(prices)
}

fn main() {}
