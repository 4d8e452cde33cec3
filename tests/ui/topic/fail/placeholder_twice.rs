#[centrifugo::topic("user.<id>.<id>")]
async fn own(id: u64) -> bool {
    id == 7
}

fn main() {}
