/// The channel's cache is empty (Centrifugo PRO): did the app have data to fill it with?
#[centrifugo::cache_empty("news:<topic>")]
async fn cache_empty(topic: String) -> bool {
    topic == "sports"
}
