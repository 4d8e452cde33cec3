#[centrifugo::stream("ticks:<symbol>")]
async fn ticks(symbol: String) {}

fn main() {}
