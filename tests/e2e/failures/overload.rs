//! More calls than the app may run at a time.

use std::time::Duration;

use centrifugo::{App, Connected, handlers};
use centrifugo_tests::Stage;
use serde_json::{Value, json};

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("7")
}

#[centrifugo::rpc("slow", collect = false)]
async fn slow() {
    tokio::time::sleep(Duration::from_secs(3)).await;
}

#[tokio::test]
async fn a_client_that_is_refused_for_lack_of_room_connects_later() {
    let patient = json!({ "rpc": { "proxy": { "timeout": "30s" } } });
    let app = App::empty().handlers(handlers![connect, slow]).max_running_calls(1).centrifugo(patient);
    let stage = Stage::start(app).await;
    let mut first = stage.connected(Value::Null).await;
    let refused = async {
        stage.logs.line(&["WARN", "max_running_calls: 1 calls run, so a call is refused"]).await;
    };
    let connects = async {
        // The first one's call runs by now.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut second = stage.client(Value::Null).await;
        second.event("connected").await;
        second
    };
    let (slow, (), second) = tokio::join!(first.rpc("slow", Value::Null), refused, connects);
    assert_eq!(slow, Ok(Value::Null));
    let errors: Vec<_> = second.seen("error").iter().map(|event| event["error"]["code"].clone()).collect();
    assert!(errors.contains(&json!(100)), "{errors:?}");
    stage.stop().await;
}
