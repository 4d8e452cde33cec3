use centrifugo::App;

#[centrifugo::rpc("ping")]
async fn ping() {}

fn main() {
    let _ = App::empty().handlers(ping);
    let _ = App::empty().handlers([ping]);
}
