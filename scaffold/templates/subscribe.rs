/// Allows or refuses a subscription to a channel that no topic matches.
#[centrifugo::subscribe]
async fn subscribe(channel: centrifugo::Channel, user: centrifugo::UserId) -> Result<bool, centrifugo::Reject> {
    Ok(!user.is_anonymous() && channel.starts_with("public"))
}
