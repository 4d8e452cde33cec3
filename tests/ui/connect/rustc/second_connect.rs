#[centrifugo::connect]
async fn connect() -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

#[centrifugo::connect]
async fn connect_again() -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
