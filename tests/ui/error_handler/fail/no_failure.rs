#[centrifugo::error_handler]
async fn report() {}

fn main() {}
