/// Decides whether a connection that has reached its expiry goes on.
#[centrifugo::refresh]
async fn refresh(user: centrifugo::UserId) -> centrifugo::Refreshed {
    if user.is_anonymous() { centrifugo::Refreshed::expired() } else { centrifugo::Refreshed::for_secs(60) }
}
