//! An app or a Centrifugo that is killed: clients recover by themselves, and nothing is granted in between.

use std::net::SocketAddr;
use std::time::Duration;

use centrifugo::{App, handlers};
use centrifugo_server::Centrifugo;
use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::{Client, Crowd, PATIENCE};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{APP, centrifugo, centrifugos};

async fn connected(centrifugo: &Centrifugo) -> Client {
    let mut client = Client::open(&centrifugo.websocket_url(), json!({})).await;
    client.call("connect", json!({})).await.expect("a client that can try");
    client.event("connected").await;
    client
}

/// Calls until a call is answered, as clients do that aren't idle.
async fn answered(client: &mut Client) {
    let end = Instant::now() + PATIENCE;
    while let Err(refused) = client.rpc("ping", Value::Null).await {
        assert_eq!(refused.code, 100, "{refused:?}");
        assert!(Instant::now() < end, "no call is answered");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn restarted(address: SocketAddr) -> Attacked {
    Attacked::start(APP, &Settings { address: Some(address), ..Settings::default() }).await
}

#[tokio::test]
async fn clients_recover_by_themselves_after_the_app_was_killed() {
    let mut app = Attacked::start(APP, &Settings::default()).await;
    let centrifugo = centrifugo(app.address()).await;
    let mut client = connected(&centrifugo).await;
    for channel in ["room:1", "late:1"] {
        assert_eq!(client.subscribe(channel).await["event"], "subscribed");
    }
    app.kill();
    let down = async {
        sleep(Duration::from_secs(1)).await;
        (restarted(app.address()).await, Instant::now())
    };
    let works = async {
        answered(&mut client).await;
        Instant::now()
    };
    let ((app, starts), works) = tokio::join!(down, works);
    println!("after an outage of 1 s, the first call worked after {:.1?}", works - starts);
    // The stream ended with the app. The subscription of the room is Centrifugo's, and goes on.
    client.event_of(&["subscribing"], |event| event["channel"] == "late:1").await;
    client.event_of(&["subscribed"], |event| event["channel"] == "late:1").await;
    let others = client.settled().await;
    assert!(others.seen("disconnected").is_empty() && others.seen("unsubscribed").is_empty());
    centrifugo.stop().await;
    drop(app);
}

/// Denies what the attacked app grants.
#[centrifugo::subscribe("room:<_>", collect = false)]
async fn denied() -> bool {
    false
}

#[tokio::test]
async fn a_dead_app_grants_nothing_and_neither_does_what_it_granted_before() {
    let mut app = Attacked::start(APP, &Settings::default()).await;
    let centrifugo = centrifugo(app.address()).await;
    let (mut early, mut late) = (connected(&centrifugo).await, connected(&centrifugo).await);
    assert_eq!(early.subscribe("room:1").await["event"], "subscribed");
    app.kill();
    for channel in ["room:1", "room:2"] {
        let event = late.subscribe(channel).await;
        assert_eq!((&event["event"], &event["error"]["code"]), (&json!("subscribe-error"), &json!(100)), "{event}");
    }
    let next = App::empty().handlers(handlers![denied]).listen(app.address().to_string()).bind().await.expect("an app");
    let serving = tokio::spawn(next.serve_until(std::future::pending()));
    for channel in ["room:1", "room:2"] {
        let event = late.event_of(&["unsubscribed", "subscribed"], |event| event["channel"] == channel).await;
        assert_eq!((&event["event"], &event["code"]), (&json!("unsubscribed"), &json!(403)), "{event}");
    }
    centrifugo.stop().await;
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_instance_of_two_loses_only_the_calls_that_it_was_running() {
    const CLIENTS: usize = 20;
    let settings = Settings { reuse_port: true, ..Settings::default() };
    let mut first = Attacked::start(APP, &settings).await;
    let address = first.address();
    let _second = Attacked::start(APP, &Settings { address: Some(address), ..settings }).await;
    let centrifugos = centrifugos(3, address).await;
    let crowd = Crowd::connect(centrifugos.iter().map(Centrifugo::address), CLIENTS).await;
    let killed = async {
        sleep(Duration::from_secs(1)).await;
        first.kill();
        sleep(Duration::from_secs(1)).await;
    };
    let ((), calls) = crowd.calls_until(1000, r#""rpc":{"method":"sleep","data":10}"#, killed).await;
    println!("{calls}");
    // Each client has one call at a time.
    assert!(calls.failed.len() <= 3 * CLIENTS, "{:#?}", calls.failed);
    join_all(centrifugos.into_iter().map(Centrifugo::stop)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centrifugo_that_is_killed_under_load_leaves_nothing_in_the_app_and_its_clients_return() {
    let app = Attacked::start(APP, &Settings::default()).await;
    let mut centrifugo = centrifugo(app.address()).await;
    let mut client = connected(&centrifugo).await;
    assert_eq!(client.subscribe("late:1").await["event"], "subscribed");
    let crowd = Crowd::connect([centrifugo.address()], 50).await;
    let killed = async {
        // By then, fifty handlers run, and a stream.
        app.runs(51).await;
        centrifugo.kill().await.expect("a dead Centrifugo");
        let killed = Instant::now();
        app.runs(0).await;
        println!("the app had dropped all handlers and streams {:.1?} after the end of Centrifugo", killed.elapsed());
    };
    let ((), calls) = crowd.calls_until(500, r#""rpc":{"method":"sleep","data":60000}"#, killed).await;
    assert_eq!((calls.answered.len(), calls.failed.len()), (0, 50), "{:#?}", calls.failed);
    let centrifugo = centrifugo.restart().await.unwrap_or_else(|error| panic!("{error}"));
    let restarted = Instant::now();
    client.event("connected").await;
    println!("a client was connected again {:.1?} after the restart", restarted.elapsed());
    client.event_of(&["subscribed"], |event| event["channel"] == "late:1").await;
    assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    centrifugo.stop().await;
}
