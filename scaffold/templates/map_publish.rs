/// Allows a client to set a key of the map channel: its own.
#[centrifugo::map_publish("board:<_>")]
async fn map_publish(key: centrifugo::Key, user: centrifugo::UserId) -> bool {
    key == *user
}
