/// Fills the channel's empty cache, and returns whether it did (Centrifugo PRO).
#[centrifugo::cache_empty("news:<topic>")]
async fn cache_empty(topic: String) -> bool {
    topic == "sports"
}
