//! The chat's page in a real browser.

use centrifugo_tests::browser;
use chat::Chat;
use serde_json::json;

#[tokio::test]
async fn people_chat_in_a_browser() {
    let chat = Chat::start("127.0.0.1:0").await.unwrap_or_else(|error| panic!("{error}"));
    browser::run("page.mjs", json!({ "page": chat.url() })).await;
    chat.stop().await;
}
