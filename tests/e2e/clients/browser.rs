//! The chat's page in a real browser, with each engine, and with each place of the SDK.

use centrifugo_tests::browser;
use centrifugo_tests::client::browser_sdk;
use chat::{Chat, Engine, Settings};
use serde_json::json;

#[tokio::test]
async fn people_chat_in_a_browser() {
    play(settings(), "page.mjs").await;
}

#[tokio::test]
async fn people_chat_in_a_browser_with_centrifugo() {
    play(Settings { engine: Engine::Centrifugo, sdk: Some(browser_sdk().await), ..settings() }, "page.mjs").await;
}

#[tokio::test]
async fn a_browser_runs_no_sdk_with_another_hash() {
    play(settings(), "changed_sdk.mjs").await;
}

/// The default engine, and the SDK at the CDN: the browser receives npm's file in its place, and compares the hash.
fn settings() -> Settings {
    Settings { address: Some("127.0.0.1:0".to_owned()), ..Settings::default() }
}

async fn play(settings: Settings, script: &str) {
    let is_from_cdn = settings.sdk.is_none();
    let chat = Chat::start(settings).await.unwrap_or_else(|error| panic!("{error}"));
    browser::run(script, json!({ "page": chat.url(), "sdk": browser_sdk().await, "isFromCdn": is_from_cdn })).await;
    chat.stop().await;
}
