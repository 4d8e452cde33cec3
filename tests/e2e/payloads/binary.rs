//! Bytes in every field that has them; with `binary_encoding`, Centrifugo sends and receives them as base64.

use centrifugo::{
    App, Connected, MapPublished, Publication, Published, RawData, RawPublications, RpcReply, Subscribed, SubscribedStream,
    handlers,
};
use centrifugo_tests::Stage;
use futures_util::stream::StreamExt;
use serde_json::json;

#[centrifugo::connect(collect = false)]
async fn connect(RawData(data): RawData) -> Connected {
    Connected::user("7").raw_data(data).info(&json!({ "nick": "nn" }))
}

#[centrifugo::topic("echo", collect = false)]
async fn subscribe(RawData(data): RawData) -> Subscribed {
    Subscribed::new().raw_data(data).info(&json!({ "seat": 7 }))
}

#[centrifugo::publish("echo", anyone, binary, collect = false)]
async fn publish(RawData(data): RawData) -> Published {
    Published::new().raw_data([&data[..], b"\xff"].concat())
}

#[centrifugo::rpc("echo", collect = false)]
async fn rpc(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
}

#[centrifugo::map_publish("board:<_>", anyone, binary, collect = false)]
async fn set(RawData(data): RawData) -> MapPublished {
    MapPublished::new().raw_data([&data[..], b"\xff"].concat())
}

#[centrifugo::stream("live:<_>", collect = false)]
async fn live(RawData(data): RawData, publications: RawPublications) -> SubscribedStream {
    Subscribed::new().raw_data(data).stream(publications.map(|bytes| Publication::raw([&bytes[..], b"\xff"].concat())))
}

#[tokio::test]
async fn bytes_pass_through_every_field() {
    for binary_encoding in [false, true] {
        let proxy = json!({ "binary_encoding": binary_encoding });
        let app = App::empty().handlers(handlers![connect, subscribe, publish, rpc, set, live]).centrifugo(json!({
            "client": { "proxy": { "connect": proxy } },
            "channel": {
                "proxy": { "subscribe": proxy, "publish": proxy, "map_publish": proxy, "subscribe_stream": proxy },
                "namespaces": [{ "name": "board", "allow_subscribe_for_client": true }]
            },
            "rpc": { "proxy": proxy }
        }));
        let stage = Stage::start(app).await;
        let bytes = json!({ "base64": "AAH/" });
        let mut client = stage.client_with(json!({ "protobuf": true, "data": bytes })).await;
        assert_eq!(client.event("connected").await["data"], bytes);
        assert_eq!(client.subscribe_with("echo", json!({ "data": bytes })).await["data"], bytes);
        client.publish("echo", bytes.clone()).await.expect("a publication");
        let publication = client.event("publication").await;
        assert_eq!(publication["data"], json!({ "base64": "AAH//w==" }));
        assert_eq!(publication["info"]["connInfo"], json!({ "nick": "nn" }));
        assert_eq!(publication["info"]["chanInfo"], json!({ "seat": 7 }));
        assert_eq!(client.rpc("echo", bytes.clone()).await, Ok(bytes.clone()));

        client.call("mapSubscribe", json!({ "channel": "board:7" })).await.expect("a start");
        client.event("sync").await;
        let set = json!({ "channel": "board:7", "key": "k", "data": bytes });
        // The error that Centrifugo 6.9.1 replies with after every change.
        assert_eq!(client.call("mapPublish", set).await.expect_err("its reply").code, 107);
        assert_eq!(client.event("update").await["data"], json!({ "base64": "AAH//w==" }));

        assert_eq!(client.subscribe_with("live:7", json!({ "data": bytes })).await["data"], bytes);
        client.publish("live:7", bytes.clone()).await.expect("a publication");
        assert_eq!(client.event("publication").await["data"], json!({ "base64": "AAH//w==" }));

        let mut text = stage.connected(json!({ "text": "hi" })).await;
        assert_eq!(text.rpc("echo", json!([1, "x"])).await, Ok(json!([1, "x"])));
        stage.stop().await;
    }
}
