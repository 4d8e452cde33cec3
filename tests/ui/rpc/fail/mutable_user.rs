use centrifugo::UserId;

#[centrifugo::rpc("ping")]
async fn ping(_user: &mut UserId) {}

fn main() {}
