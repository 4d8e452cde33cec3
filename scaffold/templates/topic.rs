/// Allows or refuses a subscription to the channel.
#[centrifugo::topic("chat:<room>")]
async fn topic(room: String, user: centrifugo::UserId) -> bool {
    room == "lobby" && !user.is_anonymous()
}
