/// The channel's cache is empty (Centrifugo PRO): was there something to fill it with?
#[centrifugo::cache_empty("news:<topic>")]
async fn cache_empty(topic: String) -> bool {
    topic == "sports"
}
