use centrifugo::Failure;

#[centrifugo::error_handler]
async fn report(_: &Failure) {}

fn main() {}
