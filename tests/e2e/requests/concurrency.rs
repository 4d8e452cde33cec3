//! Many calls at a time on one connection, as Centrifugo makes them.

use std::sync::Arc;

use centrifugo::{App, State, handlers};
use centrifugo_tests::wire::{burst, message, text};
use centrifugo_tests::{LiveCount, LoneApp};
use tokio::sync::Barrier;

use crate::shared;

const CALLS: usize = 2_000;

// Returns only when all are there: with a lower limit it never would.
#[centrifugo::rpc("meet", collect = false)]
async fn meet(State(all): State<Arc<Barrier>>) {
    all.wait().await;
}

#[centrifugo::rpc("hold", collect = false)]
async fn hold(State(live): State<LiveCount>) {
    let _guard = live.guard();
    std::future::pending().await
}

#[tokio::test]
async fn thousands_of_calls_run_at_once_on_one_connection() {
    let app = App::empty().handlers(handlers![meet]).state(Arc::new(Barrier::new(CALLS)));
    let app = LoneApp::start(app).await;
    let connection = app.connection().await;
    let calls = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("meet"))]), CALLS);
    let met = tokio::time::timeout(centrifugo_tests::PATIENCE, calls.join_all()).await.expect("a meeting of all");
    assert!(met.iter().all(Result::is_ok));
}

// Calls of a slow app are reset at their deadline, many at a time. h2's default limit closes the connection then.
#[tokio::test]
async fn thousands_of_calls_that_are_reset_do_not_end_the_connection() {
    let live = LiveCount::default();
    let app = LoneApp::start(App::empty().handlers(handlers![hold, shared::ping]).state(live.clone())).await;
    let connection = app.connection().await;
    let mut reset = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("hold"))]), CALLS);
    live.reaches(CALLS).await;
    reset.abort_all();
    let answered = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("ping"))]), 100).join_all().await;
    assert!(answered.iter().all(Result::is_ok));
}

#[tokio::test]
async fn the_handler_of_a_call_that_is_reset_is_dropped() {
    let live = LiveCount::default();
    let app = LoneApp::start(App::empty().handlers(handlers![hold]).state(live.clone())).await;
    let connection = app.connection().await;
    let mut call = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("hold"))]), 1);
    live.reaches(1).await;
    call.abort_all();
    live.reaches(0).await;
}
