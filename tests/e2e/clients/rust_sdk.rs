//! The official Rust SDK, in both protocols.

use centrifuge::{Client, ClientBuilder, Protocol, SubState};
use centrifugo::{App, Connected, Data, Disconnect, Published, Reject, UserId, handlers};
use centrifugo_tests::{PATIENCE, Stage};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, Serialize)]
struct Who {
    name: String,
}

#[centrifugo::connect(collect = false)]
async fn connect(Data(who): Data<Who>) -> Result<Connected, Disconnect> {
    if who.name == "eve" { Err(Disconnect::new(4501, "not you")) } else { Ok(Connected::user(who.name)) }
}

#[centrifugo::topic("chat:<room>", collect = false)]
async fn join(room: String) -> bool {
    room == "lobby"
}

#[centrifugo::publish("chat:<room>", collect = false)]
async fn say(room: String, user: UserId, Data(text): Data<String>) -> Result<Published, Reject> {
    if room != "lobby" {
        return Err(centrifugo::ErrorReply::PERMISSION_DENIED.into());
    }
    Ok(Published::new().data(&format!("{user}: {text}")))
}

#[centrifugo::rpc("add", collect = false)]
async fn add(Data((a, b)): Data<(i64, i64)>) -> i64 {
    a + b
}

fn client(stage: &Stage, protocol: Protocol, name: &str) -> ClientBuilder {
    Client::builder(stage.centrifugo.websocket_url()).protocol(protocol).data(json!({ "name": name }).to_string())
}

#[tokio::test]
async fn it_connects_calls_subscribes_and_publishes() {
    let stage = Stage::start(App::empty().handlers(handlers![connect, join, say, add])).await;
    for protocol in [Protocol::Json, Protocol::Protobuf] {
        let client = client(&stage, protocol, "ann").build().expect("a client");
        client.connect().expect("a start");
        client.ready(Some(PATIENCE)).await.expect("a connection");
        let sum: i64 = client.rpc_json("add", &(20, 22)).await.expect("an answer");
        assert_eq!(sum, 42);

        let lobby = client.new_subscription("chat:lobby").build().expect("a subscription");
        let mut publications = lobby.publications();
        lobby.subscribe();
        lobby.ready(Some(PATIENCE)).await.expect("a granted subscription");
        lobby.publish_json("hi").await.expect("a publication");
        let publication = publications.next().await.expect("a publication");
        assert_eq!(publication.data, &b"\"ann: hi\""[..]);

        let refused = client.publish_json("chat:cellar", "hi").await.expect_err("a refusal");
        assert_eq!(code(&refused), Some(403));
        let refused = client.rpc("nothing", "null").await.expect_err("a refusal");
        assert_eq!(code(&refused), Some(404));
        let cellar = client.new_subscription("chat:cellar").build().expect("a subscription");
        cellar.subscribe();
        cellar.ready(Some(PATIENCE)).await.expect_err("a refusal");
        assert_eq!(cellar.state(), SubState::Unsubscribed);
        client.close().await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_terminal_disconnect_keeps_it_away() {
    let stage = Stage::start(App::empty().handlers(handlers![connect])).await;
    let (sender, end) = tokio::sync::oneshot::channel();
    let mut sender = Some(sender);
    let client = client(&stage, Protocol::Protobuf, "eve")
        .on_disconnected(move |_, event| {
            drop(sender.take().map(|sender| sender.send((event.code, event.reason.to_string()))))
        })
        .build()
        .expect("a client");
    client.connect().expect("a start");
    let end = tokio::time::timeout(PATIENCE, end).await.expect("an end in time").expect("an end");
    assert_eq!(end, (4501, "not you".to_owned()));
    stage.stop().await;
}

fn code(error: &centrifuge::Error) -> Option<u32> {
    match error {
        centrifuge::Error::Server(error) => Some(error.code),
        _ => None,
    }
}
