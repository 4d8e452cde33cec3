#[centrifugo::topic("files/*path")]
async fn file(path: String) -> bool {
    path.is_empty()
}

fn main() {}
