#[centrifugo::error_handler]
async fn report(_: impl std::fmt::Display) {}

fn main() {}
