/// A client sets a key of the map channel: is it allowed, and which value is set?
#[centrifugo::map_publish("board:<_>")]
async fn map_publish(key: centrifugo::Key, user: centrifugo::UserId) -> bool {
    key == *user
}
