#[centrifugo::rpc("ping" | "pong")]
async fn ping() {}

fn main() {}
