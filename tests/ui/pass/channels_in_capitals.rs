//! Typed channels whose names could be those of constants.

use centrifugo::{Data, channel, publish, stream, topic};
use names::*;

#[channel("direct.<id>")]
struct DM {
    id: u64,
}

#[channel("team")]
struct T {}

mod names {
    #[centrifugo::channel("event.<id>", data = String)]
    pub struct E {
        pub id: u64,
    }
}

#[topic(DM)]
async fn direct(DM { id }: DM) -> bool {
    id > 0
}

#[topic(crate::T, ignore_case)]
async fn team(_: T) {}

#[topic(names::E)]
async fn event(E { id }: E) -> bool {
    id > 0
}

#[publish(E)]
async fn published(_: E, _: Data<String>) {}

#[stream(E)]
async fn streamed(_: E) -> impl futures_util::Stream<Item = String> {
    futures_util::stream::empty()
}

fn main() {
    #[channel("local")]
    struct LOCAL {}

    #[topic(LOCAL)]
    async fn local(_: LOCAL) {}
}
