struct Message;

#[centrifugo::rpc("say")]
async fn say(_message: Option<Message>) {}

fn main() {}
