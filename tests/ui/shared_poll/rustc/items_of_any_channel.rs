#[centrifugo::channel("room:<id>", data = u32, from_client = String)]
struct Room {
    id: u64,
}

#[centrifugo::shared_poll(Room)]
async fn poll(_room: Room) -> Vec<centrifugo::PolledItem> {
    Vec::new()
}

fn main() {}
