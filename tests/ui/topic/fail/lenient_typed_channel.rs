#[centrifugo::channel("order:<id>")]
struct Order {
    id: u64,
}

#[centrifugo::topic(Order, lenient)]
async fn order(order: Order) -> bool {
    order.id > 0
}

fn main() {}
