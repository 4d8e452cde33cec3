//! Two nodes of Centrifugo on one Redis, and two instances of the app: what `docs/scaling.md` promises, and what it says is
//! lost when one of the five processes is killed.

mod cluster;
mod name_server;
mod page;
mod redis;

use std::net::Ipv4Addr;
use std::process;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use centrifugo::api::cent;
use centrifugo::{Publisher, PublisherError};
use centrifugo_tests::{Client, PATIENCE, Refused, refused};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use cluster::{Cluster, Instance};

#[tokio::test]
async fn clients_of_two_nodes_meet_and_either_node_reaches_both() {
    let cluster = Cluster::start().await;
    let (mut ann, mut ben) = ann_and_ben(&cluster, Some(0)).await;
    for (number, text) in ["by the first", "by the second"].into_iter().enumerate() {
        let publisher = cluster.publisher(Some(number));
        publisher.publish("room:1", &text).await.expect("a publication");
        assert_eq!((received(&mut ann).await, received(&mut ben).await), (json!(text), json!(text)));
        assert_eq!(users(&publisher).await, ["ann", "ben"]);
    }
    assert_eq!(ann.rpc("tell/1", json!("by the app")).await, Ok(json!(3)));
    ben.publish("room:1", json!("by ben")).await.expect("a publication");
    for client in [&mut ann, &mut ben] {
        assert_eq!((received(client).await, received(client).await), (json!("by the app"), json!("by ben")));
    }
    for number in [0, 1] {
        let texts = ["by the first", "by the second", "by the app", "by ben"];
        assert_eq!(history(&cluster.publisher(Some(number))).await, texts);
    }
    for client in [&mut ann, &mut ben] {
        reaches_both_instances(client).await;
    }
}

#[tokio::test]
async fn a_killed_node_loses_its_running_calls_and_no_publication() {
    let mut cluster = Cluster::start().await;
    let (mut ann, mut ben) = ann_and_ben(&cluster, None).await;
    ann.subscribe("news:1").await;
    let (publisher, publisher_of_the_node) = (cluster.publisher(None), cluster.publisher(Some(0)));
    let (call, ()) = tokio::join!(ann.rpc("wait", Value::Null), async {
        waiting(&mut ben, 1).await;
        cluster.kill_node(0);
    });
    assert_eq!(call, refused(11, "connection closed"));
    publisher_of_the_node.publish("room:1", &"lost").await.expect_err("a refused connection");

    // A killed node can't remove its clients: Redis does, later.
    assert!(users(&cluster.publisher(Some(1))).await.contains(&"ann".to_owned()));
    // The balancer passes it to the other node.
    publish(&publisher, "missed").await;
    publisher.publish("news:1", &"lost").await.expect("a publication");
    assert_eq!(received(&mut ben).await, "missed");
    recovers(&mut ann, "missed").await;
    let followed = ann.event_of(&["subscribed"], |event| event["channel"] == "news:1").await;
    assert_eq!(followed["recovered"], false, "{followed}");
    publisher.publish("news:1", &"later").await.expect("a publication");
    assert_eq!(received(&mut ann).await, "later");
    becomes(["ann", "ben"], async || users(&publisher).await).await;

    // Ann is a client of the other node now.
    cluster.restart_node(0).await;
    cluster.kill_node(1);
    publish(&publisher, "missed again").await;
    recovers(&mut ann, "missed again").await;
}

#[tokio::test]
async fn a_killed_instance_loses_the_rpcs_that_it_runs_and_nothing_else() {
    let mut cluster = Cluster::start().await;
    let mut guide = cluster.user("guide", Some(1)).await;
    for (killed, channel) in [(0, "room:2"), (1, "room:3")] {
        let mut pairs = Pairs::of_the_first_node(&cluster).await;
        let survivor = json!(cluster.instances[1 - killed].address());
        let ((calls, events), ()) = tokio::join!(pairs.run(channel), kill(&mut cluster.instances[killed], &mut guide));
        assert_eq!(calls, [Ok(survivor.clone()), refused(100, "internal server error")]);
        for event in events {
            assert_eq!(event["data"], survivor, "{event}");
        }
        let [ann, _] = &mut pairs.callers;
        for _ in 0..10 {
            assert_eq!(ann.rpc("instance", Value::Null).await, Ok(survivor.clone()));
        }
        guide.rpc("gate", json!(false)).await.expect("a reply");
        cluster.instances[killed].restart().await;
        for client in [&mut guide, ann] {
            reaches_both_instances(client).await;
        }
    }
}

/// Clients of one node, by what they do next. Each instance handles one of a pair.
struct Pairs {
    callers: [Client; 2],
    subscribers: [Client; 2],
    connecting: [Client; 2],
}

impl Pairs {
    async fn of_the_first_node(cluster: &Cluster) -> Self {
        let user = async |name| cluster.user(name, Some(0)).await;
        let (mut callers, mut subscribers) =
            ([user("ann").await, user("ben").await], [user("cid").await, user("dan").await]);
        // Centrifugo opens a connection for each kind of event when there is one.
        reaches_both_instances(&mut callers[0]).await;
        for client in &mut subscribers {
            client.subscribe("room:1").await;
        }
        let connecting = async |name| cluster.connecting(name, Some(0), true).await;
        Self { callers, subscribers, connecting: [connecting("eve").await, connecting("fay").await] }
    }

    /// The results of two RPCs, the failure last, and the events that end two subscribes and two connects. All of them wait
    /// until the gate is open.
    async fn run(&mut self, channel: &str) -> ([Result<Value, Refused>; 2], [Value; 4]) {
        let Self { callers: [ann, ben], subscribers: [cid, dan], connecting: [eve, fay] } = self;
        let (first, second, cid, dan, eve, fay) = tokio::join!(
            ann.rpc("wait", Value::Null),
            ben.rpc("wait", Value::Null),
            cid.subscribe_with(channel, json!({ "data": true })),
            dan.subscribe_with(channel, json!({ "data": true })),
            eve.event_of(&["connected", "disconnected", "error"], |_| true),
            fay.event_of(&["connected", "disconnected", "error"], |_| true),
        );
        let mut calls = [first, second];
        calls.sort_by_key(Result::is_err);
        (calls, [cid, dan, eve, fay])
    }
}

/// Kills an instance once both run one of each pair, and then opens the gate of the other one.
async fn kill(instance: &mut Instance, guide: &mut Client) {
    waiting(guide, 3).await;
    instance.kill();
    while guide.rpc("gate", json!(true)).await.is_err() {}
}

#[tokio::test]
async fn without_redis_publications_fail_and_clients_stay() {
    let mut cluster = Cluster::start().await;
    let (mut ann, mut ben) = ann_and_ben(&cluster, Some(0)).await;
    let publisher = cluster.publisher(None);
    publish(&publisher, "before").await;
    cluster.redis.kill();
    assert_eq!(code(publisher.publish("room:1", &"lost").await), Some(100));
    assert_eq!(code(publisher.presence("room:1").await), Some(100));
    assert_eq!(code(publisher.history("room:1").await), Some(100));
    for result in [ann.publish("room:1", json!("lost")).await, ann.rpc("tell/1", json!("lost")).await.map(drop)] {
        assert_eq!(result, refused(100, "internal server error"));
    }
    reaches_both_instances(&mut ann).await;
    // Whoever subscribes meanwhile is closed, and tries again.
    let mut cid = cluster.user("cid", Some(0)).await;
    cid.call("subscribe", json!({ "channel": "room:1" })).await.expect("a subscription that can be tried");
    cid.event_of(&["connecting"], |event| event["code"] == 3004).await;

    cluster.redis.restart().await;
    // Nodes that don't listen to Redis again yet receive it at their next check.
    publish(&publisher, "after").await;
    for client in [&mut ann, &mut ben] {
        assert_eq!((received(client).await, received(client).await), (json!("before"), json!("after")));
        assert_eq!(client.settled().await.seen("connecting").len(), 1, "only at the start");
    }
    assert_eq!(cid.event("subscribed").await["channel"], "room:1");
    assert_eq!(history(&publisher).await, ["before", "after"]);
}

#[tokio::test]
async fn subscribers_learn_that_redis_has_lost_its_history() {
    let mut cluster = Cluster::start().await;
    let (mut ann, mut ben) = ann_and_ben(&cluster, Some(0)).await;
    let publisher = cluster.publisher(None);
    publish(&publisher, "before").await;
    for client in [&mut ann, &mut ben] {
        assert_eq!(received(client).await, "before");
    }
    cluster.redis.kill();
    cluster.redis.forget();
    cluster.redis.restart().await;
    publish(&publisher, "after").await;
    for client in [&mut ann, &mut ben] {
        let subscribed = client.event("subscribed").await;
        assert_eq!((&subscribed["wasRecovering"], &subscribed["recovered"]), (&json!(true), &json!(false)), "{subscribed}");
    }
    assert_eq!(history(&publisher).await, ["after"]);
    becomes(["ann", "ben"], async || users(&publisher).await).await;
}

/// A loopback address that no other test has, so that a process which is started again gets the same port again.
fn own_loopback() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [_, _, high, low] = process::id().to_be_bytes();
    Ipv4Addr::new(127, high, low, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Two users in a room: Ben is a client of the second node.
async fn ann_and_ben(cluster: &Cluster, node_of_ann: Option<usize>) -> (Client, Client) {
    let (mut ann, mut ben) = (cluster.user("ann", node_of_ann).await, cluster.user("ben", Some(1)).await);
    for client in [&mut ann, &mut ben] {
        let event = client.subscribe("room:1").await;
        assert_eq!(event["event"], "subscribed", "{event}");
    }
    (ann, ben)
}

/// Waits until the client is subscribed again, and has received what it has missed.
async fn recovers(client: &mut Client, text: &str) {
    let subscribed = client.event_of(&["subscribed"], |event| event["channel"] == "room:1").await;
    assert_eq!((&subscribed["recovered"], received(client).await), (&json!(true), json!(text)), "{subscribed}");
}

/// The data of the next publication.
async fn received(client: &mut Client) -> Value {
    client.event("publication").await["data"].take()
}

/// Publishes again until that succeeds, once.
async fn publish(publisher: &Publisher, text: &str) {
    let publication = || publisher.publish("room:1", &text).with(|publish| publish.idempotency_key(text));
    becomes(true, async || publication().await.is_ok()).await;
}

/// The users in the room, one for each client.
async fn users(publisher: &Publisher) -> Vec<String> {
    let presence = publisher.presence("room:1").await.expect("presence").presence;
    let mut users: Vec<_> = presence.into_values().map(|client| client.user).collect();
    users.sort();
    users
}

/// The texts in the room's history.
async fn history(publisher: &Publisher) -> Vec<String> {
    let history = publisher.history("room:1").with(|history| history.limit(-1)).await.expect("a history");
    let data = history.publications.iter().map(|publication| publication.data.as_ref().expect("JSON").get());
    data.map(|data| serde_json::from_str(data).expect("a text")).collect()
}

/// The code of the API's error.
fn code<T>(result: Result<T, PublisherError>) -> Option<u32> {
    match result.err()?.cent()? {
        cent::Error::Api(error) => Some(error.code),
        _ => None,
    }
}

/// Waits until the client's node calls both instances in turn.
async fn reaches_both_instances(client: &mut Client) {
    let end = Instant::now() + PATIENCE;
    while client.rpc("instance", Value::Null).await == client.rpc("instance", Value::Null).await {
        assert!(Instant::now() < end, "only one instance is called");
    }
}

/// Waits until each instance, or the only one that has any, has as many calls that wait.
async fn waiting(client: &mut Client, calls: u64) {
    let (end, mut instances) = (Instant::now() + PATIENCE, Vec::new());
    while instances.len() < if calls > 1 { 2 } else { 1 } {
        let reply = client.rpc("waiting", Value::Null).await.expect("a reply");
        if reply[1] == calls && !instances.contains(&reply) {
            instances.push(reply);
        }
        assert!(Instant::now() < end, "not {calls} calls wait");
    }
}

/// Waits until `value` returns this.
async fn becomes<T, U>(expected: T, value: impl AsyncFn() -> U)
where
    U: PartialEq<T> + std::fmt::Debug,
{
    let end = Instant::now() + PATIENCE;
    loop {
        let value = value().await;
        if value == expected {
            return;
        }
        assert!(Instant::now() < end, "it is {value:?}");
        sleep(Duration::from_millis(20)).await;
    }
}
