/// Decides whether a subscription that has reached its expiry goes on.
#[centrifugo::sub_refresh("user.<_>")]
async fn sub_refresh(user: centrifugo::UserId) -> centrifugo::SubRefreshed {
    if user.is_anonymous() { centrifugo::SubRefreshed::expired() } else { centrifugo::SubRefreshed::for_secs(60) }
}
