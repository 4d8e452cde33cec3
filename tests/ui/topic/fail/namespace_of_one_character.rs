#[centrifugo::topic("c:<room>")]
async fn join(room: String) -> bool {
    room.is_empty()
}

fn main() {}
