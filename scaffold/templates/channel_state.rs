/// Receives the channel's first subscription and the end of its last one (Centrifugo PRO).
#[centrifugo::channel_state("news:<topic>")]
async fn channel_state(topic: String, state: centrifugo::ChannelState) {
    println!("{topic}: {:?}", state.change);
}
