struct Reply;

#[centrifugo::rpc("reply")]
async fn reply() -> Reply {
    Reply
}

fn main() {}
