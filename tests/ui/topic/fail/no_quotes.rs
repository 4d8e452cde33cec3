#[centrifugo::topic(user.<id>)]
async fn own(id: u64) -> bool {
    id == 7
}

fn main() {}
