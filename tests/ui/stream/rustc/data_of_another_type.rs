#[centrifugo::channel("room:<id>", data = u32, from_client = String)]
struct Room {
    id: u64,
}

#[centrifugo::stream(Room)]
async fn ticks(_room: Room) -> impl futures_util::Stream<Item = u64> {
    futures_util::stream::iter([1])
}

fn main() {}
