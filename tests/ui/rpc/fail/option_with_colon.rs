#[centrifugo::rpc("ping", name: "inbox")]
async fn ping() {}

fn main() {}
