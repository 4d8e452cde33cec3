//! The two paths to a response: the fast one for a message in one frame, and tonic's for all others. Both return the same.

use centrifugo::{
    App, Connected, Data, MapPublished, MapRemoved, Polled, Published, RawData, Refreshed, Reject, RpcReply, SubRefreshed,
    Subscribed, handlers,
};
use centrifugo_tests::wire::{DynamicMessage, Form, Message, Value, message, open_by, respond, text};
use centrifugo_tests::{LoneApp, Outcome};
use futures_util::stream::{self, Stream, StreamExt};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Status};

#[centrifugo::connect(collect = false)]
async fn connect(Data(outcome): Data<Outcome>) -> Result<Connected, Reject> {
    outcome.produce(Connected::user("ann").subscribe("news").data(&"hi")).await
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Refreshed {
    Refreshed::expired()
}

#[centrifugo::topic("join:<outcome>", collect = false)]
async fn join(outcome: Outcome) -> Result<Subscribed, Reject> {
    outcome.produce(Subscribed::new().data(&[1, 2])).await
}

#[centrifugo::publish("join:<outcome>", anyone, collect = false)]
async fn say(outcome: Outcome) -> Result<Published, Reject> {
    outcome.produce(Published::new().data(&1)).await
}

#[centrifugo::sub_refresh("join:<_>", collect = false)]
async fn still() -> SubRefreshed {
    SubRefreshed::never_expires()
}

#[centrifugo::rpc("echo", collect = false)]
async fn echo(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
}

#[centrifugo::rpc("long", collect = false)]
async fn long() -> String {
    "x".repeat(MAX_MESSAGE)
}

/// Two publications, and then this outcome.
#[centrifugo::stream("ticks:<outcome>", collect = false)]
async fn ticks(outcome: Outcome) -> impl Stream<Item = Result<u32, Reject>> {
    stream::iter([(Outcome::Result, 1), (Outcome::Result, 2), (outcome, 3)]).then(|(outcome, tick)| outcome.produce(tick))
}

#[centrifugo::map_publish("board:<_>", anyone, collect = false)]
async fn set() -> MapPublished {
    MapPublished::new().key("k")
}

#[centrifugo::map_remove("board:<_>", anyone, collect = false)]
async fn remove() -> MapRemoved {
    MapRemoved::new()
}

#[centrifugo::shared_poll("prices:<_>", collect = false)]
async fn poll() -> Polled {
    Polled::new().epoch("e")
}

#[centrifugo::cache_empty(collect = false)]
async fn fill() -> bool {
    true
}

/// A complete response, without the time of day.
fn complete(outcome: Result<(MetadataMap, bytes::Bytes), Status>) -> String {
    let headers = |mut metadata: MetadataMap| {
        metadata.remove("date");
        format!("{:?}", metadata.into_headers())
    };
    match outcome {
        Ok((metadata, bytes)) => format!("{} {bytes:?}", headers(metadata)),
        Err(status) => format!("{:?} {:?} {}", status.code(), status.message(), headers(status.metadata().clone())),
    }
}

fn requests() -> Vec<(&'static str, Vec<u8>)> {
    let encoded = |message: DynamicMessage| message.encode_to_vec();
    let mut requests = Vec::new();
    for name in ["result", "error", "temporary", "stop", "internal", "panic", "nonsense"] {
        let data = Value::Bytes(format!("\"{name}\"").into());
        requests.push(("Connect", encoded(message("ConnectRequest", &[("data", data.clone())]))));
        for (rpc, request, namespace) in [
            ("Subscribe", "SubscribeRequest", "join"),
            ("SubRefresh", "SubRefreshRequest", "join"),
            ("MapRemove", "MapRemoveRequest", "board"),
            ("SharedPollRefresh", "SharedPollRefreshRequest", "prices"),
            ("NotifyCacheEmpty", "NotifyCacheEmptyRequest", "join"),
        ] {
            let channel = text(&format!("{namespace}:{name}"));
            requests.push((rpc, encoded(message(request, &[("channel", channel)]))));
        }
        for (rpc, request, namespace) in
            [("Publish", "PublishRequest", "join"), ("MapPublish", "MapPublishRequest", "board")]
        {
            let channel = text(&format!("{namespace}:{name}"));
            requests.push((rpc, encoded(message(request, &[("channel", channel), ("data", data.clone())]))));
        }
    }
    requests.push(("Refresh", encoded(message("RefreshRequest", &[]))));
    requests.push(("NotifyChannelState", encoded(message("NotifyChannelStateRequest", &[]))));
    // Short, long, longer than one HTTP/2 frame.
    for length in [0, 100, 10_000, 50_000, 90_000] {
        let data = Value::Bytes(format!("\"{}\"", "x".repeat(length)).into());
        requests.push(("RPC", encoded(message("RPCRequest", &[("method", text("echo")), ("data", data)]))));
    }
    // Invalid messages, and none.
    requests.push(("RPC", b"\xff\xff\xff\xff".to_vec()));
    requests.push(("RPC", b"\x0a\x05ab".to_vec()));
    requests.push(("RPC", Vec::new()));
    requests.push(("Nothing", Vec::new()));
    requests
}

const MAX_MESSAGE: usize = 100_000;

async fn app() -> LoneApp {
    let handlers = handlers![connect, refresh, join, say, still, echo, long, set, remove, poll, fill, ticks];
    LoneApp::start(App::empty().handlers(handlers).max_message_size(MAX_MESSAGE)).await
}

#[tokio::test]
async fn both_paths_return_the_same_response() {
    let app = app().await;
    let connection = app.connection().await;
    for (rpc, request) in requests() {
        let fast = complete(respond(&connection, rpc, request.clone().into(), Form::Plain).await);
        let tonic = complete(respond(&connection, rpc, request.clone().into(), Form::Gzip).await);
        assert_eq!(fast, tonic, "{rpc} {}", String::from_utf8_lossy(&request).chars().take(100).collect::<String>());
    }
}

#[tokio::test]
async fn a_response_that_is_too_long_fails_on_both_paths() {
    let app = app().await;
    let connection = app.connection().await;
    let request = message("RPCRequest", &[("method", text("long"))]).encode_to_vec();
    for form in [Form::Plain, Form::Gzip] {
        let status = respond(&connection, "RPC", request.clone().into(), form).await.expect_err("a failure");
        assert_eq!(status.code(), Code::OutOfRange, "{form:?}: {status}");
    }
}

/// The messages of a stream, and its status.
async fn messages_of(connection: &Channel, channel: &str, form: Form) -> Vec<String> {
    let shown = |status: Status| format!("{:?} {}", status.code(), status.message());
    let request = message("SubscribeRequest", &[("channel", text(channel))]);
    let mut stream = match open_by(connection, &request, form).await {
        Ok(stream) => stream,
        Err(status) => return vec![shown(status)],
    };
    let mut messages = Vec::new();
    loop {
        match stream.next().await {
            Ok(Some(message)) => messages.push(message.to_string()),
            Ok(None) => return messages,
            Err(status) => {
                messages.push(shown(status));
                return messages;
            }
        }
    }
}

#[tokio::test]
async fn both_paths_open_the_same_stream() {
    let app = app().await;
    let connection = app.connection().await;
    for (name, messages) in
        [("result", 4), ("error", 3), ("temporary", 4), ("stop", 3), ("internal", 4), ("panic", 4), ("nonsense", 1)]
    {
        let channel = format!("ticks:{name}");
        let fast = messages_of(&connection, &channel, Form::Plain).await;
        assert_eq!(fast.len(), messages, "{fast:?}");
        assert_eq!(fast, messages_of(&connection, &channel, Form::Gzip).await, "{name}");
    }
}
