#[centrifugo::topic("order.<id>[.items.<item>]")]
async fn order(id: u64, item: u64) -> bool {
    id == item
}

fn main() {}
