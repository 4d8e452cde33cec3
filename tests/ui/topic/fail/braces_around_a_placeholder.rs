#[centrifugo::topic("user.{uuid}")]
async fn own(uuid: String) -> bool {
    uuid.is_empty()
}

fn main() {}
