#[centrifugo::rpc("ping", ignore_case: true)]
async fn ping() {}

fn main() {}
