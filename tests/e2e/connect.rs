//! What a client sees when it connects.

use centrifugo::{App, Connected, Data, handlers};
use centrifugo_tests::Stage;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Who {
    name: String,
}

#[centrifugo::connect(collect = false)]
async fn named(Data(who): Data<Who>) -> Connected {
    Connected::user(who.name).data(&json!({ "hello": "there" }))
}

#[tokio::test]
async fn a_client_gets_what_the_handler_answers() {
    let stage = Stage::start(App::empty().handlers(handlers![named])).await;
    let mut client = stage.client(json!({ "name": "ann" })).await;
    assert_eq!(client.event("connected").await["data"], json!({ "hello": "there" }));
    stage.stop().await;
}
