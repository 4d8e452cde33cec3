//! Compressed requests of every kind that Centrifugo sends.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use centrifugo::{App, Connected, Data, Publications, Published, Subscribed, handlers};
use centrifugo_tests::Stage;
use futures_util::stream::Stream;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[centrifugo::topic("room:<_>", collect = false)]
async fn join(Data(data): Data<Value>) -> Subscribed {
    Subscribed::new().data(&data)
}

#[centrifugo::publish("room:<_>", anyone, collect = false)]
async fn say(Data(data): Data<Value>) -> Published {
    Published::new().data(&data)
}

#[centrifugo::rpc("echo", collect = false)]
async fn echo(Data(data): Data<Value>) -> Value {
    data
}

#[centrifugo::stream("echo:<_>", collect = false)]
async fn echoes(publications: Publications<Value>) -> impl Stream<Item = Result<Value, centrifugo::Reject>> {
    publications
}

#[tokio::test]
async fn compressed_requests_are_read() {
    let proxy = json!({ "grpc": { "compression": true } });
    let compressed = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = compressed.clone();
    let layer = tower::util::MapRequestLayer::new(move |request: http::Request<_>| {
        if request.headers().get("grpc-encoding").is_some_and(|encoding| encoding == "gzip") {
            let rpc = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            seen.lock().unwrap_or_else(PoisonError::into_inner).insert(rpc);
        }
        request
    });
    let app = App::empty().handlers(handlers![connect, join, say, echo, echoes]).layer(layer).centrifugo(json!({
        "client": { "proxy": { "connect": proxy } },
        "channel": { "proxy": { "subscribe": proxy, "publish": proxy, "subscribe_stream": proxy } },
        "rpc": { "proxy": proxy }
    }));
    let stage = Stage::start(app).await;
    let mut client = stage.connected(json!("ann")).await;
    let text = json!("again and again ".repeat(1_000));
    assert_eq!(client.rpc("echo", text.clone()).await, Ok(text.clone()));
    assert_eq!(client.subscribe_with("room:1", json!({ "data": text })).await["data"], text);
    assert_eq!(client.subscribe("echo:1").await["event"], "subscribed");
    for channel in ["room:1", "echo:1"] {
        client.publish(channel, text.clone()).await.expect("a publication");
        assert_eq!(client.event("publication").await["data"], text, "{channel}");
    }
    let compressed = compressed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!(Vec::from_iter(compressed), ["Connect", "Publish", "RPC", "Subscribe", "SubscribeBidirectional"]);
    stage.stop().await;
}
