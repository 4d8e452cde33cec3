/// A client publishes to the channel: is it allowed, and which data is published? Centrifugo doesn't check that the client
/// is subscribed.
#[centrifugo::publish("chat:<room>")]
async fn publish(
    room: String,
    user: centrifugo::UserId,
    centrifugo::Data(text): centrifugo::Data<String>,
) -> Result<centrifugo::Published, centrifugo::Reject> {
    if user.is_anonymous() || room != "lobby" {
        Err(centrifugo::ErrorReply::PERMISSION_DENIED)?
    }
    Ok(centrifugo::Published::new().data(text.trim()))
}
