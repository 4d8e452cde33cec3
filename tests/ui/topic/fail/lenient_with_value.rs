#[centrifugo::topic("order:<id>", lenient = true)]
async fn order(id: u64) -> bool {
    id > 0
}

fn main() {}
