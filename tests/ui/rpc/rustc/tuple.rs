#[centrifugo::rpc("ping")]
async fn ping(_data: (String, u8)) {}

fn main() {}
