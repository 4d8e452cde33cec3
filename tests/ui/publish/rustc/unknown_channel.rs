#[centrifugo::publish(Room)]
async fn room() {}

fn main() {}
