/// Identifies a client that connects. Accepts any name: check a password or token here.
#[centrifugo::connect]
async fn connect(data: Option<centrifugo::Data<String>>) -> Result<centrifugo::Connected, centrifugo::Reject> {
    let Some(centrifugo::Data(name)) = data else { return Ok(centrifugo::Connected::anonymous()) };
    Ok(centrifugo::Connected::user(name))
}
