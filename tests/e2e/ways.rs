//! The two ways to an answer: the short one for a message in one frame, and tonic's own for everything else.

use centrifugo::{
    App, Connected, Data, MapPublished, MapRemoved, Polled, Published, RawData, Refreshed, Reject, RpcReply, SubRefreshed,
    Subscribed, handlers,
};
use centrifugo_tests::wire::{DynamicMessage, Message, Travel, Value, answer, connection, message, text};
use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::answer::Answer;

#[centrifugo::connect(collect = false)]
async fn connect(Data(answer): Data<Answer>) -> Result<Connected, Reject> {
    answer.give(Connected::user("ann").subscribe("news").data(&"hi")).await
}

#[centrifugo::refresh(collect = false)]
async fn refresh() -> Refreshed {
    Refreshed::expired()
}

#[centrifugo::topic("join:<answer>", collect = false)]
async fn join(answer: Answer) -> Result<Subscribed, Reject> {
    answer.give(Subscribed::new().data(&[1, 2])).await
}

#[centrifugo::publish("join:<answer>", anyone, collect = false)]
async fn say(answer: Answer) -> Result<Published, Reject> {
    answer.give(Published::new().data(&1)).await
}

#[centrifugo::sub_refresh("join:<_>", collect = false)]
async fn still() -> SubRefreshed {
    SubRefreshed::never_expires()
}

#[centrifugo::rpc("echo", collect = false)]
async fn echo(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
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

/// All that a peer sees, but the time of day.
fn seen(outcome: Result<(MetadataMap, bytes::Bytes), Status>) -> String {
    let told = |mut metadata: MetadataMap| {
        metadata.remove("date");
        format!("{:?}", metadata.into_headers())
    };
    match outcome {
        Ok((metadata, bytes)) => format!("{} {bytes:?}", told(metadata)),
        Err(status) => format!("{:?} {:?} {}", status.code(), status.message(), told(status.metadata().clone())),
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
    // No message at all, and half a one.
    requests.push(("RPC", b"\xff\xff\xff\xff".to_vec()));
    requests.push(("RPC", b"\x0a\x05ab".to_vec()));
    requests.push(("RPC", Vec::new()));
    requests.push(("Nothing", Vec::new()));
    requests
}

#[tokio::test]
async fn both_ways_lead_to_the_same_answer() {
    let app = App::empty().handlers(handlers![connect, refresh, join, say, still, echo, set, remove, poll, fill]);
    let server = app.max_message_size(100_000).listen("127.0.0.1:0").bind().await.expect("an app");
    let address = server.local_addr();
    let app = tokio::spawn(server.serve_until(std::future::pending()));
    let connection = connection(address).await;
    for (rpc, request) in requests() {
        let short = seen(answer(&connection, rpc, request.clone().into(), Travel::Plain).await);
        let long = seen(answer(&connection, rpc, request.clone().into(), Travel::Gzip).await);
        assert_eq!(short, long, "{rpc} {}", String::from_utf8_lossy(&request).chars().take(100).collect::<String>());
    }
    app.abort();
}
