/// Returns the current values of the keys that clients track.
#[centrifugo::shared_poll("prices:<market>")]
async fn shared_poll(market: String, items: Vec<centrifugo::PollItem>) -> centrifugo::Polled {
    let price = |key: &str| market.len() + key.len();
    items.into_iter().map(|item| centrifugo::PolledItem::new(item.key.as_str(), &price(&item.key)).version(1)).collect()
}
