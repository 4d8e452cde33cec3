#[centrifugo::topic("user.<id: u64>")]
async fn own(id: u64) -> bool {
    id == 7
}

fn main() {}
