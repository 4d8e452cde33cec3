/// A channel got its first subscriber, or lost its last one (Centrifugo PRO).
#[centrifugo::channel_state("news:<topic>")]
async fn channel_state(topic: String, state: centrifugo::ChannelState) {
    println!("{topic}: {:?}", state.change);
}
