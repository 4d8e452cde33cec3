use centrifugo::Failure;

#[centrifugo::error_handler(rpc)]
async fn report(failure: Failure) {}

fn main() {}
