//! Shared polls: keys that Centrifugo polls for all clients that track them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use centrifugo::{App, Connected, PollItem, Polled, PolledItem, Reject, SharedPoll, State, handlers};
use centrifugo_tests::wire::{self, error_code, message, text};
use centrifugo_tests::{Client, LoneApp, Outcome, Stage};
use serde_json::{Value, json};

const SECRET: &str = "signing key";

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann")
}

#[centrifugo::topic("prices:<_>", collect = false)]
async fn prices_for_all() -> bool {
    true
}

/// A price that rises with each question.
#[centrifugo::shared_poll("prices:<market>", collect = false)]
async fn prices(market: String, items: Vec<PollItem>, State(polls): State<Arc<AtomicU64>>) -> Polled {
    let version = polls.fetch_add(1, Ordering::SeqCst) + 1;
    let item = |PollItem { key, .. }| match key.as_str() {
        "GONE" => PolledItem::removed(key),
        _ => PolledItem::new(key, &json!({ "market": market, "price": version })).version(version),
    };
    items.into_iter().map(item).collect()
}

#[centrifugo::shared_poll("fail:<outcome>", collect = false)]
async fn failing(outcome: Outcome, items: &[PollItem]) -> Result<Vec<PolledItem>, Reject> {
    outcome
        .produce(items.iter().map(|item| PolledItem::new(item.key.as_str(), &"late").version(item.version + 1)).collect())
        .await
}

async fn stage(mode: &str) -> Stage {
    staged(App::empty().handlers(handlers![connect, prices_for_all, prices]).state(Arc::new(AtomicU64::new(0))), mode).await
}

async fn staged(app: App, mode: &str) -> Stage {
    Stage::start(app.centrifugo(json!({
        "shared_poll": { "hmac_secret_key": SECRET },
        "channel": { "namespaces": [{ "name": "prices", "shared_poll": { "mode": mode, "refresh_interval": "1s" } }] }
    })))
    .await
}

async fn track(client: &mut Client, keys: &[&str]) {
    let how = json!({ "channel": "prices:nyse", "secret": SECRET, "user": "ann" });
    client.call("pollSubscribe", how).await.expect("a start");
    client.event("subscribed").await;
    client.call("track", json!({ "channel": "prices:nyse", "keys": keys })).await.expect("a start");
}

#[tokio::test]
async fn who_tracks_a_key_sees_it_change() {
    for mode in ["versioned", "versionless"] {
        let stage = stage(mode).await;
        let mut client = stage.connected(Value::Null).await;
        track(&mut client, &["ACME"]).await;
        let mut last = 0;
        for _ in 0..3 {
            let update = client.event("update").await;
            assert_eq!((&update["key"], &update["data"]["market"]), (&json!("ACME"), &json!("nyse")));
            let price = update["data"]["price"].as_u64().expect("a price");
            assert!(price > last, "{mode}: {price} after {last}");
            last = price;
        }
        stage.stop().await;
    }
}

#[tokio::test]
async fn who_tracks_a_key_sees_that_it_is_gone() {
    let stage = stage("versioned").await;
    let mut client = stage.connected(Value::Null).await;
    track(&mut client, &["GONE"]).await;
    let update = client.event("update").await;
    assert_eq!((&update["key"], &update["removed"]), (&json!("GONE"), &json!(true)));
    stage.stop().await;
}

/// The keys of a client's updates, until `ACME` has been among them so many times.
async fn updates(client: &mut Client, times: usize) -> Vec<String> {
    let mut keys = Vec::new();
    while keys.iter().filter(|key| *key == "ACME").count() < times {
        keys.push(client.event("update").await["key"].as_str().expect("a key").to_owned());
    }
    keys
}

// Versionless, the content counts.
#[tokio::test]
async fn a_value_without_a_version_is_not_delivered_where_versions_count() {
    #[centrifugo::shared_poll("prices:<_>", collect = false)]
    async fn half_versioned(items: Vec<PollItem>, State(polls): State<Arc<AtomicU64>>) -> Polled {
        let price = polls.fetch_add(1, Ordering::SeqCst) + 1;
        let item = |PollItem { key, .. }| {
            let version = if key == "ACME" { price } else { 0 };
            PolledItem::new(key, &price).version(version)
        };
        items.into_iter().map(item).collect()
    }
    for (mode, delivered) in [("versioned", false), ("versionless", true)] {
        let app = App::empty().handlers(handlers![connect, prices_for_all, half_versioned]);
        let stage = staged(app.state(Arc::new(AtomicU64::new(0))), mode).await;
        let mut client = stage.connected(Value::Null).await;
        track(&mut client, &["NOTHING", "ACME"]).await;
        assert_eq!(updates(&mut client, 3).await.contains(&"NOTHING".to_owned()), delivered, "{mode}");
        stage.stop().await;
    }
}

#[tokio::test]
async fn another_epoch_sends_everybody_away_and_back() {
    #[derive(Clone, Default)]
    struct Restarts(Arc<AtomicU64>);
    #[centrifugo::shared_poll("prices:<_>", collect = false)]
    async fn restarted(items: Vec<PollItem>, State(Restarts(restarts)): State<Restarts>) -> Polled {
        let epoch = restarts.load(Ordering::SeqCst);
        // Versions begin again with each epoch.
        let item = |PollItem { key, version, .. }| PolledItem::new(key, &(epoch, version)).version(version + 1);
        items.into_iter().map(item).collect::<Polled>().epoch(format!("e{epoch}"))
    }
    let restarts = Restarts::default();
    let app = App::empty().handlers(handlers![connect, prices_for_all, restarted]).state(restarts.clone());
    let stage = staged(app, "versioned").await;
    let mut clients = [stage.connected(Value::Null).await, stage.connected(Value::Null).await];
    for client in &mut clients {
        track(client, &["ACME"]).await;
        assert_eq!(client.event("update").await["data"][0], 0);
    }
    restarts.0.fetch_add(1, Ordering::SeqCst);
    for client in &mut clients {
        let again = client.event_of(&["subscribing"], |event| event["code"] != 0).await;
        assert_eq!(again["code"], 2500);
        client.event("subscribed").await;
        client.event_of(&["update"], |event| event["data"][0] == 1).await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn every_field_arrives_and_leaves() {
    #[centrifugo::shared_poll("all:<_>", collect = false)]
    async fn all(request: SharedPoll) -> Polled {
        let seen: Vec<_> = request.items.iter().map(|item| json!([item.key, item.version])).collect();
        Polled::new()
            .item(PolledItem::new("a", &json!([request.channel.as_str(), seen])).version(2).previous(&"before"))
            .item(PolledItem::raw("b", &b"\xff"[..]))
            .item(PolledItem::removed("c"))
            .epoch("e2")
    }
    let app = LoneApp::start(App::empty().handlers(handlers![all, failing])).await;
    let address = app.address();
    let item = message("SharedPollRefreshItem", &[("key", text("a")), ("version", wire::Value::U64(1))]);
    let request = |channel: &str| {
        let items = wire::Value::List(vec![wire::Value::Message(item.clone())]);
        message("SharedPollRefreshRequest", &[("channel", text(channel)), ("items", items)])
    };
    let reply = wire::call(address, "SharedPollRefresh", &request("all:1")).await.expect("a reply");
    assert_eq!(
        reply.to_string(),
        [
            r#"result{items:[{key:"a",data:"[\"all:1\",[[\"a\",1]]]",version:2,prev_data:"\"before\""},"#,
            r#"{key:"b",data:"\377"},{key:"c",removed:true}],epoch:"e2"}"#
        ]
        .concat()
    );
    let reply = wire::call(address, "SharedPollRefresh", &request("fail:result")).await.expect("a reply");
    assert_eq!(reply.to_string(), r#"result{items:[{key:"a",data:"\"late\"",version:2}]}"#);
    // Nobody knows the keys: nothing has changed.
    let reply = wire::call(address, "SharedPollRefresh", &request("fail:nothing")).await.expect("a reply");
    assert_eq!(reply.to_string(), "result{}");
    let refused = wire::call(address, "SharedPollRefresh", &request("fail:error")).await.expect("a reply");
    assert_eq!(error_code(&refused), Some(403));
    // There is nobody to be disconnected.
    for outcome in ["stop", "internal", "panic"] {
        let status =
            wire::call(address, "SharedPollRefresh", &request(&format!("fail:{outcome}"))).await.expect_err("a failure");
        assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "internal server error"), "{outcome}");
    }
}
