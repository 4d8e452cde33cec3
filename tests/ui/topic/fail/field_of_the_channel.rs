#[centrifugo::channel("user.<id>")]
pub struct User {
    id: u64,
}

#[centrifugo::topic(User)]
async fn own(id: u64) -> bool {
    id == 7
}

fn main() {}
