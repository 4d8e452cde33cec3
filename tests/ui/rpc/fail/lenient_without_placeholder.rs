#[centrifugo::rpc("ping", lenient)]
async fn ping() -> bool {
    true
}

fn main() {}
