#[centrifugo::rpc("get:users/<id>[.<_>]", ignore_case)]
async fn user(id: u64) -> u64 {
    id
}

#[centrifugo::rpc("get:Users/<_>", ignore_case)]
async fn again() {}

fn main() {}
