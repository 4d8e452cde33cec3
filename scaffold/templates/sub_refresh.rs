/// A subscription reaches the expiry that its topic set: may it go on?
#[centrifugo::sub_refresh("user.<_>")]
async fn sub_refresh(user: centrifugo::UserId) -> centrifugo::SubRefreshed {
    if user.is_anonymous() { centrifugo::SubRefreshed::expired() } else { centrifugo::SubRefreshed::for_secs(60) }
}
