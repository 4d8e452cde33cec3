//! A stream whose type borrows nothing may come from a handler that borrows.
#![forbid(unsafe_code)]
#![deny(warnings)]

use centrifugo::UserId;
use futures_util::stream::{self, Stream};

// `impl` is in its name.
type SimpleTicks = stream::Empty<u32>;

#[centrifugo::stream("named:<_>")]
async fn named(_user: &UserId) -> SimpleTicks {
    stream::empty()
}

#[centrifugo::stream("captures:<_>")]
async fn captures(user: &UserId) -> impl Stream<Item = String> + use<> {
    stream::iter([user.to_string()])
}

fn main() {}
