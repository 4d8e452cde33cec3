#[centrifugo::channel("room:<id>", data = u32, from_client = String)]
struct Room {
    id: u64,
}

#[centrifugo::publish(Room)]
async fn say(_room: Room, _user: centrifugo::UserId) -> bool {
    true
}

fn main() {}
