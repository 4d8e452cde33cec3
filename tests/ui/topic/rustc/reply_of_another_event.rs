#[centrifugo::topic("news")]
async fn news() -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
