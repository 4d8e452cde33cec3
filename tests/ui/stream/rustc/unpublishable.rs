use futures_util::Stream;

struct Tick;

#[centrifugo::stream("ticks:<_>")]
async fn ticks() -> impl Stream<Item = Tick> {
    futures_util::stream::empty()
}

fn main() {}
