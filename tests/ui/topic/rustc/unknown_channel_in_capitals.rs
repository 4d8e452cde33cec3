#[centrifugo::topic(DM)]
async fn direct() {}

fn main() {}
