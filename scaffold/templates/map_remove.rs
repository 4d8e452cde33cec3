/// Allows a client to remove a key of the map channel: its own.
#[centrifugo::map_remove("board:<_>")]
async fn map_remove(key: centrifugo::Key, user: centrifugo::UserId) -> bool {
    key == *user
}
