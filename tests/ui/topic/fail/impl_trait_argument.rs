#[centrifugo::topic("user.<id>")]
async fn own(id: impl Into<String>) -> bool {
    id.into().is_empty()
}

fn main() {}
