//! Publications into a stream that doesn't read them: they delay neither their client nor others.

use centrifugo::{App, Publication, Publications, State, handlers};
use centrifugo_tests::{LiveCount, Stage};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};

use crate::shared;

/// A stream that takes the publications, and drops them.
#[centrifugo::stream("dropped:<_>", collect = false)]
async fn dropped(publications: Publications<Value>, State(live): State<LiveCount>) -> impl Stream<Item = Publication> {
    drop(publications);
    held(live)
}

/// A stream that never takes them.
#[centrifugo::stream("never:<_>", collect = false)]
async fn never(State(live): State<LiveCount>) -> impl Stream<Item = Publication> {
    held(live)
}

fn held(live: LiveCount) -> impl Stream<Item = Publication> {
    let life = live.guard();
    stream::poll_fn(move |_| {
        let _ = &life;
        std::task::Poll::Pending
    })
}

#[tokio::test]
async fn publications_that_nobody_reads_delay_nobody() {
    let live = LiveCount::default();
    let both_ways =
        json!({ "channel": { "namespaces": [{ "name": "never", "subscribe_stream_proxy_bidirectional": true }] } });
    let app = App::empty().handlers(handlers![shared::connect, shared::ping, dropped, never]).centrifugo(both_ways);
    let stage = Stage::start(app.state(live.clone())).await;
    for channel in ["dropped:a", "never:a"] {
        let mut client = stage.connected(Value::Null).await;
        assert_eq!(client.subscribe(channel).await["event"], "subscribed");
        for _ in 0..40 {
            client.publish(channel, json!("x".repeat(10_000))).await.expect("a publication");
        }
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
        live.reaches(1).await;
        client.call("disconnect", json!({})).await.expect("an end");
        live.reaches(0).await;
    }
    stage.stop().await;
}
