
#[topic("room{n}.<room>.user.<name>")]
async fn room_{n}(room: u64, name: String, user: UserId, State(shop): State<Shop>) -> bool {
    user == name && room < shop.total + {n}
}
