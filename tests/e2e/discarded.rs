//! Publications into a stream that nobody reads: they hold up neither their client nor anybody else.

use centrifugo::{App, Connected, Publication, Publications, State, handlers};
use centrifugo_tests::Stage;
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};

use crate::alive::Alive;

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7")
}

#[centrifugo::rpc("ping", collect = false)]
async fn ping() -> &'static str {
    "pong"
}

/// Takes the publications, and drops them.
#[centrifugo::stream("dropped:<_>", collect = false)]
async fn dropped(said: Publications<Value>, State(alive): State<Alive>) -> impl Stream<Item = Publication> {
    drop(said);
    held(alive)
}

/// Never takes them.
#[centrifugo::stream("never:<_>", collect = false)]
async fn never(State(alive): State<Alive>) -> impl Stream<Item = Publication> {
    held(alive)
}

fn held(alive: Alive) -> impl Stream<Item = Publication> {
    let life = alive.guard();
    stream::poll_fn(move |_| {
        let _ = &life;
        std::task::Poll::Pending
    })
}

#[tokio::test]
async fn publications_that_nobody_reads_hold_up_nobody() {
    let alive = Alive::default();
    let both_ways =
        json!({ "channel": { "namespaces": [{ "name": "never", "subscribe_stream_proxy_bidirectional": true }] } });
    let app = App::empty().handlers(handlers![connect, ping, dropped, never]).centrifugo(both_ways);
    let stage = Stage::start(app.state(alive.clone())).await;
    for channel in ["dropped:a", "never:a"] {
        let mut client = stage.connected(Value::Null).await;
        assert_eq!(client.subscribe(channel).await["event"], "subscribed");
        for _ in 0..40 {
            client.publish(channel, json!("x".repeat(10_000))).await.expect("a publication");
        }
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
        alive.are(1).await;
        client.call("disconnect", json!({})).await.expect("an end");
        alive.are(0).await;
    }
    stage.stop().await;
}
