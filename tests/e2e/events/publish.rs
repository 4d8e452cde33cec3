//! A publish handler's request, and the publication that its reply makes.

use centrifugo::{App, Connected, Data, Publish, Published, Reject, UserId, handlers};
use centrifugo_tests::{Client, Refused, Stage};
use serde::Deserialize;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7").meta(&json!({ "level": 3 }))
}

#[centrifugo::topic("<name>", collect = false)]
async fn listen(name: String) -> bool {
    !name.is_empty()
}

#[centrifugo::publish("mirror", collect = false)]
async fn mirror(request: Publish) -> Published {
    Published::new().data(&json!({
        "user": request.user.as_str(),
        "channel": request.channel.as_str(),
        "data": String::from_utf8_lossy(&request.data),
        "meta": String::from_utf8_lossy(&request.meta),
    }))
}

#[derive(Deserialize)]
struct Draft {
    text: String,
}

#[centrifugo::publish("tagged", collect = false)]
async fn tagged(user: UserId, Data(draft): Data<Draft>) -> Published {
    Published::new().data(&draft.text.to_uppercase()).tag("author", user.as_str()).delta()
}

#[centrifugo::publish("unkept", anyone, collect = false)]
async fn unkept(Data(keep): Data<bool>) -> Published {
    if keep { Published::new() } else { Published::new().skip_history() }
}

#[centrifugo::publish("once", anyone, collect = false)]
async fn once() -> Published {
    Published::new().idempotency_key("the only one")
}

#[centrifugo::publish("newer", anyone, collect = false)]
async fn newer(Data(version): Data<u64>) -> Published {
    Published::new().version(version).version_epoch("e")
}

#[centrifugo::publish("denied", anyone, collect = false)]
async fn denied() -> bool {
    false
}

#[centrifugo::publish("broken", anyone, collect = false)]
async fn broken() -> Published {
    Published::new().raw_data(&b"{\"cut off\": "[..])
}

#[centrifugo::publish("blank", anyone, collect = false)]
async fn blank() -> Published {
    Published::new().raw_data(&b""[..])
}

#[centrifugo::publish("bytes", anyone, binary, collect = false)]
async fn bytes() -> Result<(), Reject> {
    Ok(())
}

async fn start() -> (Stage, Client) {
    let app = App::empty()
        .handlers(handlers![connect, listen, mirror, tagged, unkept, once, newer, denied, broken, blank, bytes])
        .centrifugo(json!({ "channel": { "without_namespace": {
            "history_size": 10, "history_ttl": "60s", "allow_history_for_subscriber": true
        } } }));
    let stage = Stage::start(app).await;
    let client = stage.connected(Value::Null).await;
    (stage, client)
}

#[tokio::test]
async fn a_handler_receives_everything_that_the_client_sends() {
    let (stage, mut client) = start().await;
    client.subscribe("mirror").await;
    client.publish("mirror", json!({ "a": 1 })).await.expect("a publication");
    assert_eq!(
        client.event("publication").await["data"],
        json!({ "user": "7", "channel": "mirror", "data": "{\"a\":1}", "meta": "{\"level\":3}" })
    );
    stage.stop().await;
}

#[tokio::test]
async fn subscribers_receive_the_publication_of_the_handler() {
    let (stage, mut client) = start().await;
    client.subscribe("tagged").await;
    client.publish("tagged", json!({ "text": "hi" })).await.expect("a publication");
    let publication = client.event("publication").await;
    assert_eq!((&publication["data"], &publication["tags"]), (&json!("HI"), &json!({ "author": "7" })));
    assert_eq!(publication["info"]["user"], "7");
    stage.stop().await;
}

#[tokio::test]
async fn history_has_only_what_the_handler_keeps() {
    let (stage, mut client) = start().await;
    client.subscribe("unkept").await;
    for keep in [true, false, true] {
        client.publish("unkept", keep.into()).await.expect("a publication");
        client.event("publication").await;
    }
    let history = client.call("history", json!({ "channel": "unkept", "limit": 10 })).await.expect("a history");
    assert_eq!(history["publications"].as_array().map(Vec::len), Some(2));
    stage.stop().await;
}

#[tokio::test]
async fn a_repeated_key_and_an_older_version_are_dropped() {
    let (stage, mut client) = start().await;
    client.subscribe("once").await;
    client.subscribe("newer").await;
    for (channel, data) in [("once", 1), ("once", 2), ("newer", 5), ("newer", 4), ("newer", 6)] {
        client.publish(channel, data.into()).await.expect("what looks like a publication");
    }
    let mut arrived = Vec::new();
    for _ in 0..3 {
        arrived.push(client.event("publication").await["data"].take());
    }
    assert_eq!(arrived, [json!(1), json!(5), json!(6)]);
    assert!(client.settled().await.seen("publication").is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_denied_publication_answers_403_and_nobody_receives_it() {
    let (stage, mut client) = start().await;
    client.subscribe("denied").await;
    for channel in ["denied", "nobody", "a.b"] {
        let denied = client.publish(channel, json!(1)).await;
        assert_eq!(denied, Err(Refused { code: 403, message: "permission denied".into() }), "{channel}");
    }
    assert!(client.settled().await.seen("publication").is_empty());
    stage.stop().await;
}

// Centrifugo closes every subscriber that speaks JSON, and the publisher receives "ok".
#[tokio::test]
async fn what_is_not_json_never_reaches_subscribers() {
    let (stage, mut client) = start().await;
    for channel in ["broken", "blank", "mirror"] {
        client.subscribe(channel).await;
    }
    for channel in ["broken", "blank"] {
        assert_eq!(client.publish(channel, json!(1)).await.expect_err(channel).code, 100);
    }
    stage.logs.line(&["ERROR", "the data isn't JSON", "publish::broken"]).await;
    stage.logs.line(&["ERROR", "the data is empty", "publish::blank"]).await;

    let mut binary = stage.client_with(json!({ "protobuf": true })).await;
    binary.event("connected").await;
    let refused = binary.publish("mirror", json!({ "base64": "AAH/" })).await;
    assert_eq!(refused, Err(Refused { code: 400, message: "bad request".into() }));
    // With `binary`, subscribers may receive any bytes.
    binary.subscribe("bytes").await;
    binary.publish("bytes", json!({ "base64": "AAH/" })).await.expect("bytes");
    assert_eq!(binary.event("publication").await["data"], json!({ "base64": "AAH/" }));

    client.publish("mirror", json!(1)).await.expect("a client that is still connected");
    stage.stop().await;
}
