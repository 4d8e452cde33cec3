#[centrifugo::connect]
async fn connect(_channel: centrifugo::Channel) -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
