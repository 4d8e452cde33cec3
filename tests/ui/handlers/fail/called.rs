#[centrifugo::rpc("kick")]
async fn kick() {}

fn main() {
    let _handlers = centrifugo::handlers![kick()];
}
