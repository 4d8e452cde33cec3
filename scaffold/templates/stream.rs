/// A client subscribes to the channel, and is sent what the stream yields. Streams have a namespace of their own.
#[centrifugo::stream("countdown:<from>")]
async fn stream(from: u32) -> impl futures_util::Stream<Item = u32> {
    futures_util::stream::iter((0..from).rev())
}
