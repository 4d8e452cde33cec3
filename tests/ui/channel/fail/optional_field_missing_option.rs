#[centrifugo::channel("order.<id>[.<item>]")]
struct Order {
    id: u64,
    item: u64,
}

fn main() {}
