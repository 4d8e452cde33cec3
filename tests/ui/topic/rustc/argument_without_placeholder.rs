#[centrifugo::topic("user.<id>")]
async fn own(id: u64, room: String) -> bool {
    room == id.to_string()
}

fn main() {}
