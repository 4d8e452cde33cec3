use centrifugo::Failure;

#[centrifugo::error_handler]
fn report(failure: Failure) {}

fn main() {}
