/// A client sets a key of the map channel: may it, and to what?
#[centrifugo::map_publish("board:<_>")]
async fn map_publish(key: centrifugo::Key, user: centrifugo::UserId) -> bool {
    key == *user
}
