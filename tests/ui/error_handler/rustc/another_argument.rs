use centrifugo::Reject;

#[centrifugo::error_handler]
async fn report(_: Reject) {}

fn main() {}
