//! Unidirectional streams, opened by a gRPC client: many of them, unread ones, and ones that are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use centrifugo::{App, State, handlers};
use centrifugo_tests::wire::{error_code, message, open, text};
use centrifugo_tests::{LiveCount, LoneApp, PATIENCE};
use futures_util::stream::{self, Stream};

#[tokio::test]
async fn ten_thousand_streams_are_open_on_one_connection() {
    const STREAMS: usize = 10_000;
    let live = LiveCount::default();
    let app = LoneApp::start(App::empty().handlers(handlers![crate::stream::client::endless]).state(live.clone())).await;
    let connection = app.connection().await;
    let request = message("SubscribeRequest", &[("channel", text("endless:a"))]);
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        let mut stream = open(&connection, &request).await.expect("a stream");
        let first = stream.next().await.expect("a first message").expect("a first message");
        assert!(first.has_field_by_name("subscribe_response"));
        streams.push(stream);
    }
    live.reaches(STREAMS).await;
    for stream in &mut streams {
        let next = stream.next().await.expect("a publication").expect("a publication");
        assert!(next.has_field_by_name("publication"));
    }
    drop(streams);
    live.reaches(0).await;
}

/// The count, once it hasn't changed for half a second.
async fn standstill(count: &AtomicUsize) -> usize {
    let end = Instant::now() + PATIENCE;
    let (mut last, mut since) = (count.load(Ordering::SeqCst), Instant::now());
    while since.elapsed() < Duration::from_millis(500) {
        assert!(Instant::now() < end, "it rises although nobody reads: {last}");
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = count.load(Ordering::SeqCst);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    last
}

#[tokio::test]
async fn a_stream_is_polled_only_as_its_client_reads() {
    #[centrifugo::stream("flood:<_>", collect = false)]
    async fn flood(State(yielded): State<Arc<AtomicUsize>>) -> impl Stream<Item = String> {
        stream::repeat_with(move || {
            yielded.fetch_add(1, Ordering::SeqCst);
            "x".repeat(1_000)
        })
    }
    let yielded = Arc::new(AtomicUsize::new(0));
    let app = LoneApp::start(App::empty().handlers(handlers![flood]).state(Arc::clone(&yielded))).await;
    let connection = app.connection().await;
    let mut stream =
        open(&connection, &message("SubscribeRequest", &[("channel", text("flood:a"))])).await.expect("a stream");
    stream.next().await.expect("a first message").expect("a first message");
    let before = standstill(&yielded).await;
    for _ in 0..before {
        stream.next().await.expect("a publication").expect("a publication");
    }
    assert!(yielded.load(Ordering::SeqCst) > before, "it doesn't rise although somebody reads");
}

#[tokio::test]
async fn a_peer_that_is_not_centrifugo_is_refused() {
    let app =
        LoneApp::start(App::empty().handlers(handlers![crate::stream::client::count]).secret("x-secret", "s3cr3t")).await;
    let connection = app.connection().await;
    let status =
        open(&connection, &message("SubscribeRequest", &[("channel", text("count:1"))])).await.expect_err("no secret");
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
}

#[tokio::test]
async fn a_stream_that_no_pattern_matches_is_denied() {
    let app = LoneApp::start(App::empty().handlers(handlers![crate::stream::client::count])).await;
    let connection = app.connection().await;
    let mut stream =
        open(&connection, &message("SubscribeRequest", &[("channel", text("other:1"))])).await.expect("a stream");
    let first = stream.next().await.expect("a first message").expect("a first message");
    let response = first.get_field_by_name("subscribe_response").expect("a response");
    assert_eq!(response.as_message().and_then(error_code), Some(403));
    assert_eq!(stream.next().await.expect("an end"), None);
}
