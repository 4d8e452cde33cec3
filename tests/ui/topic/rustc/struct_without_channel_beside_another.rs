#[centrifugo::channel("room.<id>")]
struct Room {
    id: u64,
}

struct User;

#[centrifugo::topic(Room)]
async fn room(Room { id }: Room) -> bool {
    id > 0
}

#[centrifugo::topic(User)]
async fn user() {}

fn main() {}
