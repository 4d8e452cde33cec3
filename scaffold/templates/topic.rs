/// A client subscribes to the channel: may it?
#[centrifugo::topic("user.<id>")]
async fn topic(id: String, user: centrifugo::UserId) -> bool {
    user == id
}
