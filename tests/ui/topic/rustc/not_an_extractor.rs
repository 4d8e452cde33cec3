#[centrifugo::connect]
async fn connect(name: String) -> centrifugo::Connected {
    centrifugo::Connected::user(name)
}

fn main() {}
