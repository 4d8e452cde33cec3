//! Handlers that panic, beside the calls of others on the same connection.

use centrifugo_tests::attacked::Settings;
use centrifugo_tests::peer::{self, Call, Response};
use centrifugo_tests::wire::{self, Message};
use centrifugo_tests::{Attacked, PATIENCE, Peer};
use tokio::time::timeout;

use crate::{SLACK, start};

const INTERNAL: u32 = 13;

async fn panics(app: &Attacked, peer: &mut Peer) {
    let response = timeout(PATIENCE, peer.call(app.request("RPC"), &peer::rpc("panic", b""))).await;
    let response = response.expect("a response in time").expect("a response");
    assert_eq!(response.status, Some(INTERNAL), "{response:?}");
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_call_alone() {
    let app = start(Settings::default()).await;
    let mut peer = Peer::connect(app.address()).await;
    let slow = app.request("RPC").body(()).expect("a request");
    let Call { response: slow, mut body } = peer.begin(slow).await.expect("a call");
    body.send(wire::framed(&peer::rpc("sleep", b"3000").encode_to_vec())).await.expect("the call is open");
    body.end().expect("the call is open");
    app.runs(1).await;
    panics(&app, &mut peer).await;
    // After the first one, whose backtrace loads the debug information.
    let before = app.memory();
    for _ in 1..1_000 {
        panics(&app, &mut peer).await;
    }
    let slow = timeout(PATIENCE, Response::read(slow)).await.expect("a response in time").expect("a response");
    assert_eq!(slow.reply().as_deref(), Some(&br#""slept""#[..]));
    app.grew_at_most(SLACK, before, "1,000 handlers that panic").await;
    app.answers_on(&mut peer).await;
}
