#[centrifugo::rpc("g:users")]
async fn users() -> u64 {
    7
}

fn main() {}
