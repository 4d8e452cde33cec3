#[centrifugo::refresh]
async fn refresh(_data: centrifugo::Data<String>) -> centrifugo::Refreshed {
    centrifugo::Refreshed::expired()
}

fn main() {}
