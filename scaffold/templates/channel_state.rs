/// Channels got their first subscriber, or lost their last one (Centrifugo PRO).
#[centrifugo::channel_state]
async fn channel_state(state: centrifugo::ChannelState) {
    for event in state.events {
        println!("{}: {:?}", event.channel, event.event);
    }
}
