//! The memory that one RPC to HTTP takes: little, whatever a client or a server sends.

use std::convert::Infallible;

use allocation_counter::measure;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use centrifugo::testing::TestApp;
use centrifugo::{App, ErrorReply, Http};
use futures_util::stream;

/// The most memory that a URI and a client's data of 64 KiB need at once: the decoded data, and one URI of 16 KiB.
const MOST: u64 = 3 << 20;

const TOO_LONG: &str = "the path and the query are too long together";

fn app(http: impl Into<Http>) -> TestApp {
    TestApp::new(App::empty().http(http)).expect("an app")
}

/// The refusal of a call, and the most memory that it took.
fn refusal(method: String, data: impl Into<Bytes>) -> (ErrorReply, u64) {
    let app = app(Router::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let (call, mut refusal) = (app.rpc(method).raw_data(data), None);
    let memory = measure(|| refusal = Some(runtime.block_on(async { call.await.error().clone() })));
    (refusal.expect("a refusal"), memory.bytes_max)
}

fn list(item: &str, length: usize) -> String {
    format!("[{}]", vec![item; length].join(","))
}

fn fields(count: usize) -> String {
    let fields: Vec<_> = (0..count).map(|index| format!("\"{index}\":1")).collect();
    format!("{{{}}}", fields.join(","))
}

#[test]
fn data_that_repeats_a_long_key_takes_little_memory() {
    for (key, items) in [(32_000, list("[1]", 8000)), (5000, list("[1]", 14_000)), (5000, list("1", 30_000))] {
        let data = format!("{{\"{}\":{items}}}", "!".repeat(key));
        let (refusal, memory) = refusal("get:x".to_owned(), data);
        assert_eq!((refusal.code(), refusal.message()), (400, TOO_LONG));
        assert!(memory < MOST, "{key}: {memory} bytes");
    }
}

#[test]
fn data_that_is_long_itself_takes_little_memory() {
    for data in [fields(300_000), format!("{{\"a\":{}}}", list("1", 2 << 20)), format!("{{\"{}\":1}}", "!".repeat(4 << 20))]
    {
        let (refusal, memory) = refusal("get:x".to_owned(), data);
        assert_eq!((refusal.code(), refusal.message()), (400, TOO_LONG));
        assert!(memory < MOST, "{memory} bytes");
    }
}

#[test]
fn data_that_is_nested_deeply_takes_little_memory() {
    for (open, close) in [("[", "]"), ("{\"\":", "}"), ("[[],", "]")] {
        let data = format!("{{\"a\":{}1{}}}", open.repeat(30_000), close.repeat(30_000));
        let (refusal, memory) = refusal("get:x".to_owned(), data);
        assert_eq!(refusal.code(), 400, "{refusal:?}");
        assert!(memory < MOST, "{open}: {memory} bytes");
    }
}

#[test]
fn a_long_method_takes_little_memory() {
    for uri in ["Ф".repeat(1 << 20), "%2525".repeat(1 << 20), format!("?{}", "\"".repeat(1 << 20))] {
        let (refusal, memory) = refusal(format!("get:{uri}"), "");
        assert_eq!((refusal.code(), refusal.message()), (400, TOO_LONG));
        assert!(memory < MOST, "{memory} bytes");
    }
}

#[test]
fn a_response_in_small_pieces_takes_a_few_times_its_length() {
    const LENGTH: usize = 1 << 20;
    let piece = |at| Bytes::from_static(if at == 0 || at == LENGTH - 1 { b"\"" } else { b"1" });
    let pieces = async move || Body::from_stream(stream::iter((0..LENGTH).map(move |at| Ok::<_, Infallible>(piece(at)))));
    let app = app(Router::new().route("/", get(pieces)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let call = app.rpc("get:").header("grpc-timeout", "1M");
    let memory = measure(|| assert!(runtime.block_on(async { call.await.is_reply() })));
    assert!(memory.bytes_max < 6 * LENGTH as u64, "{} bytes", memory.bytes_max);
}
