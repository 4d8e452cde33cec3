/// Accepts, changes or refuses a publication. Centrifugo doesn't check whether the client is subscribed.
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
