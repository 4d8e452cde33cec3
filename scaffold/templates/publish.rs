/// A client publishes to the channel: may it, and what? Centrifugo has not looked whether it is subscribed.
#[centrifugo::publish("chat:<room>")]
async fn publish(
    room: String,
    user: centrifugo::UserId,
    centrifugo::Data(text): centrifugo::Data<String>,
) -> Result<centrifugo::Published, centrifugo::Reject> {
    if user.is_anonymous() || room.is_empty() {
        Err(centrifugo::ErrorReply::PERMISSION_DENIED)?
    }
    Ok(centrifugo::Published::new().data(text.trim()))
}
