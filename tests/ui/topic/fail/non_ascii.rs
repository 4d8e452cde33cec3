#[centrifugo::topic("café.<id>")]
async fn cafe(id: u64) -> bool {
    id == 7
}

fn main() {}
