#[centrifugo::interceptor]
async fn timed() {}

fn main() {}
