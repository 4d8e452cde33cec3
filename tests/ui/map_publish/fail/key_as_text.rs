use centrifugo::UserId;

#[centrifugo::map_publish("board:<id>")]
async fn draw(id: u64, _user: UserId, key: String) -> bool {
    id == 7 && key.is_empty()
}

fn main() {}
