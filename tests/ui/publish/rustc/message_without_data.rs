use centrifugo::UserId;

pub struct Message;

#[centrifugo::publish("chat:<room>")]
async fn say(room: String, _user: UserId, _message: Message) -> bool {
    room.is_empty()
}

fn main() {}
