#[centrifugo::topic("files.<path..>.txt")]
async fn files(path: String) -> bool {
    path.is_empty()
}

fn main() {}
