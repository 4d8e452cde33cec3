#[centrifugo::topic("order[.<id>].items")]
async fn order(id: Option<u64>) -> bool {
    id.is_none()
}

fn main() {}
