use centrifugo::UserId;
use futures_util::Stream;

#[centrifugo::stream("ticks:<_>")]
async fn ticks(user: &UserId) -> impl Stream<Item = String> {
    futures_util::stream::iter([user.to_string()])
}

fn main() {}
