#[centrifugo::connect("chat")]
async fn connect() -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
