use futures_util::Stream;

#[centrifugo::stream]
async fn ticks() -> impl Stream<Item = u32> {
    futures_util::stream::empty()
}

fn main() {}
