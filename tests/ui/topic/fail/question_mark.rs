#[centrifugo::topic("user.<id?>")]
async fn user(id: Option<u64>) -> bool {
    id.is_none()
}

fn main() {}
