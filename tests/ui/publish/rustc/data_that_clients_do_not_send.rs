fn main() {}

struct Message;

#[centrifugo::channel("room:<id>", data = Message)]
struct Room {
    id: u64,
}

#[centrifugo::publish(Room)]
async fn say(_room: Room, user: centrifugo::UserId, data: Option<centrifugo::Data<String>>) -> bool {
    data.is_some() && !user.is_anonymous()
}
