/// A client subscribes to a channel that matches no topic: is it allowed?
#[centrifugo::subscribe]
async fn subscribe(channel: centrifugo::Channel, user: centrifugo::UserId) -> Result<bool, centrifugo::Reject> {
    Ok(!user.is_anonymous() && channel.starts_with("public"))
}
