#[centrifugo::topic("user.<id=1>")]
async fn user(id: u64) -> bool {
    id == 1
}

fn main() {}
