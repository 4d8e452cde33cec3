#[centrifugo::topic("order:<id>", leniant)]
async fn order(id: u64) -> bool {
    id > 0
}

fn main() {}
