/// A client removes a key of the map channel: is it allowed?
#[centrifugo::map_remove("board:<_>")]
async fn map_remove(key: centrifugo::Key, user: centrifugo::UserId) -> bool {
    key == *user
}
