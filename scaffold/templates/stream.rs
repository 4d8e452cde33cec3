/// Makes a subscriber's publications. Streams need a namespace of their own.
#[centrifugo::stream("countdown:<from>")]
async fn stream(from: u32) -> impl futures_util::Stream<Item = u32> {
    futures_util::stream::iter((0..from).rev())
}
