#[centrifugo::channel("room:<id>", data = u32, from_client = String)]
struct Room {
    id: u64,
}

#[centrifugo::publish(Room)]
async fn say(_room: Room, data: centrifugo::Data<u32>) -> centrifugo::Published<Room> {
    centrifugo::Published::new().data(&data.0)
}

fn main() {}
