/// A client subscribes to the channel: is it allowed?
#[centrifugo::topic("chat:<room>")]
async fn topic(room: String, user: centrifugo::UserId) -> bool {
    room == "lobby" && !user.is_anonymous()
}
