#[centrifugo::topic("chat/a:<room>")]
async fn join(room: String) -> bool {
    room.is_empty()
}

fn main() {}
