use centrifugo::Failure;

#[centrifugo::error_handler]
async fn report(_: Failure) {}

#[centrifugo::error_handler]
async fn count(_: Failure) {}

fn main() {}
