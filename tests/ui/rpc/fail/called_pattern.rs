#[centrifugo::rpc("ping".to_string())]
async fn ping() {}

fn main() {}
