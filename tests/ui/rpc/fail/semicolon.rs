#[centrifugo::rpc("ping"; ignore_case)]
async fn ping() {}

fn main() {}
