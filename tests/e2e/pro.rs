//! What only Centrifugo PRO asks: tested by a peer that speaks its protocol.

use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use centrifugo::{App, CacheEmpty, Channel, ChannelEventType, ChannelState, ErrorReply, Reject, handlers};
use centrifugo_tests::wire::{self, DynamicMessage, error_code, message, text};
use tonic::Status;

use crate::answer::{Answer, Secret};

#[centrifugo::cache_empty("news:<answer>", collect = false)]
async fn fill(answer: Answer, channel: Channel, request: &CacheEmpty) -> Result<bool, Secret> {
    assert_eq!(channel, request.channel);
    answer.fail(true).await
}

#[centrifugo::cache_empty("old:<_>", collect = false)]
async fn never_filled() -> bool {
    false
}

#[centrifugo::channel_state(collect = false)]
async fn state(ChannelState { events, .. }: ChannelState) -> Result<(), Reject> {
    for event in &events {
        assert_eq!(event.time, UNIX_EPOCH + Duration::from_millis(1_500));
        match &event.event {
            ChannelEventType::Other(name) if name == "error" => Err(ErrorReply::new(500, "not now"))?,
            ChannelEventType::Other(name) => name.parse::<Answer>()?.give(()).await?,
            ChannelEventType::Occupied => assert_eq!(event.channel, "news:a"),
            ChannelEventType::Vacated => assert_eq!(event.channel, "news:b"),
            _ => Err(Secret)?,
        }
    }
    assert_eq!(events.len(), 2);
    Ok(())
}

async fn app() -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let app = App::empty().handlers(handlers![fill, never_filled, state]).listen("127.0.0.1:0");
    let server = app.bind().await.expect("an app");
    let address = server.local_addr();
    (address, tokio::spawn(async { server.serve_until(std::future::pending()).await.expect("an app that goes on") }))
}

async fn empty(address: SocketAddr, channel: &str) -> Result<String, Status> {
    let request = message("NotifyCacheEmptyRequest", &[("channel", text(channel))]);
    Ok(wire::call(address, "NotifyCacheEmpty", &request).await?.to_string())
}

#[tokio::test]
async fn an_empty_cache_is_filled_or_not() {
    let (address, app) = app().await;
    assert_eq!(empty(address, "news:result").await.expect("a reply"), "result{populated:true}");
    assert_eq!(empty(address, "old:1").await.expect("a reply"), "result{}");
    assert_eq!(empty(address, "other:1").await.expect("a reply"), "result{}");
    for answer in ["internal", "panic"] {
        let status = empty(address, &format!("news:{answer}")).await.expect_err("a failure");
        assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "internal server error"), "{answer}");
    }
    app.abort();
}

async fn happened(address: SocketAddr, events: &[(&str, &str)]) -> Result<DynamicMessage, Status> {
    let event = |(channel, what): &(&str, &str)| {
        let fields = [("time_ms", wire::Value::I64(1_500)), ("channel", text(channel)), ("type", text(what))];
        wire::Value::Message(message("ChannelEvent", &fields))
    };
    let events = wire::Value::List(events.iter().map(event).collect());
    wire::call(address, "NotifyChannelState", &message("NotifyChannelStateRequest", &[("events", events)])).await
}

#[tokio::test]
async fn channels_that_got_or_lost_subscribers_come_in_one_question() {
    let (address, app) = app().await;
    let reply = happened(address, &[("news:a", "occupied"), ("news:b", "vacated")]).await.expect("a reply");
    assert_eq!(reply.to_string(), "result{}");
    let refused = happened(address, &[("news:a", "error")]).await.expect("a reply");
    assert_eq!(error_code(&refused), Some(500));
    for answer in ["stop", "internal", "panic"] {
        let status = happened(address, &[("news:a", answer)]).await.expect_err("a failure");
        assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "internal server error"), "{answer}");
    }
    app.abort();
}
