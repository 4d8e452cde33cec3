#[centrifugo::publish("news", anyone)]
async fn say() -> centrifugo::Subscribed {
    centrifugo::Subscribed::new()
}

fn main() {}
