use centrifugo::State;

#[centrifugo::rpc("ping")]
async fn ping(_pool: &State<u8>) {}

fn main() {}
