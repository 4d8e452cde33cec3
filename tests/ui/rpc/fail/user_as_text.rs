#[centrifugo::rpc("ping")]
async fn ping(_user: String) {}

fn main() {}
