#[centrifugo::topic("order.<id>")]
async fn order(id: Option<u64>) -> bool {
    id.is_none()
}

fn main() {}
