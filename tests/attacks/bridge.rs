//! Expensive RPCs that go to HTTP.

use centrifugo_tests::attacked::Settings;
use centrifugo_tests::{Peer, peer};

use crate::start;

/// The name of a parameter is repeated for each of its values: together 8,000 times a name that is three times as long.
#[tokio::test]
async fn a_query_that_is_a_thousand_times_as_long_as_the_data_is_refused() {
    let app = start(Settings::default()).await;
    let before = app.memory();
    let data = format!(r#"{{"{}":[{}]}}"#, "!".repeat(32_000), vec!["[1]"; 8_000].join(","));
    let mut peer = Peer::connect(app.address()).await;
    let response = peer.call(app.request("RPC"), &peer::rpc("get:x", data.as_bytes())).await.expect("a response");
    app.grew_at_most(32 << 20, before, "a query of 8,000 long names").await;
    assert_eq!((response.status, response.error()), (Some(0), Some(400)));
    app.answers_on(&mut peer).await;
}
