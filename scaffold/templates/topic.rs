/// A client subscribes to the channel: may it?
#[centrifugo::topic("chat:<room>")]
async fn topic(room: String, user: centrifugo::UserId) -> bool {
    room == "lobby" && !user.is_anonymous()
}
