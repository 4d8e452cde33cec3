#[centrifugo::rpc("kick", collect = false)]
async fn kick() {}

#[centrifugo::rpc("kick.<_>", collect = false)]
async fn kick() {}

fn main() {}
