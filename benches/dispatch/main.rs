//! The cost of a call without its socket, beside the same service written by hand on tonic: both services are called as
//! functions, which read the gRPC frame, find and call the handler, and write the frame of the response.
//!
//! ```text
//! cargo bench -p centrifugo-benches --bench dispatch
//! ```

mod by_hand;
mod ours;

#[expect(unreachable_pub, reason = "the generator makes everything public")]
mod wire {
    tonic::include_proto!("centrifugal.centrifugo.proxy");
}

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tokio::runtime::{self, Runtime};
use tonic::body::Body;
use tower::{Service, ServiceExt};
use wire::{ConnectRequest, ConnectResponse, RpcRequest, RpcResponse, SubscribeRequest, SubscribeResponse};

/// The data of a client's RPC.
#[derive(serde::Deserialize, serde::Serialize)]
struct Rename<'r> {
    name: &'r str,
}

/// The reply to it.
#[derive(serde::Serialize)]
struct Renamed<'r> {
    id: u64,
    name: &'r str,
    users: usize,
}

/// The app's state.
#[derive(Clone)]
struct Users(std::sync::Arc<[String]>);

fn users() -> Users {
    Users(["ann", "ben", "cleo"].map(str::to_owned).into())
}

const CLIENT: &str = "0e8c1cf4-7a2e-4f0a-9f5a-3d1f0e6c7b11";

fn connect() -> ConnectRequest {
    ConnectRequest {
        client: CLIENT.to_owned(),
        transport: "websocket".to_owned(),
        protocol: "json".to_owned(),
        encoding: "json".to_owned(),
        data: Bytes::from_static(br#"{"name":"ann"}"#),
        ..ConnectRequest::default()
    }
}

fn rpc() -> RpcRequest {
    RpcRequest {
        client: CLIENT.to_owned(),
        transport: "websocket".to_owned(),
        protocol: "json".to_owned(),
        encoding: "json".to_owned(),
        user: "ann".to_owned(),
        method: "user.42.rename".to_owned(),
        data: Bytes::from_static(br#"{"name":"Anna"}"#),
        ..RpcRequest::default()
    }
}

fn subscribe() -> SubscribeRequest {
    SubscribeRequest {
        client: CLIENT.to_owned(),
        transport: "websocket".to_owned(),
        protocol: "json".to_owned(),
        encoding: "json".to_owned(),
        user: "ann".to_owned(),
        channel: "user.ann".to_owned(),
        ..SubscribeRequest::default()
    }
}

/// A message as gRPC frames it: a flag that it isn't compressed, its length, its bytes.
fn frame(message: &impl Message) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.encoded_len()).expect("a short message"));
    message.encode(&mut frame).expect("room for the message");
    frame.freeze()
}

async fn call<S>(service: &mut S, path: &'static str, frame: Bytes) -> Bytes
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
{
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(frame)))
        .expect("a request");
    let Ok(response) = service.ready().await.expect("a service").call(request).await;
    response.into_body().collect().await.expect("an answer").to_bytes()
}

fn answer<M: Message + Default>(runtime: &Runtime, path: &'static str, request: &impl Message) -> M {
    let (mut ours, mut by_hand) = (ours::service(), by_hand::service());
    let answers = runtime.block_on(async {
        let frame = frame(request);
        (call(&mut ours, path, frame.clone()).await, call(&mut by_hand, path, frame).await)
    });
    assert_eq!(answers.0, answers.1, "both answer the same");
    M::decode(answers.0.slice(5..)).expect("a message")
}

fn compare(criterion: &mut Criterion, runtime: &Runtime, group: &str, path: &'static str, request: &impl Message) {
    let (mut ours, mut by_hand) = (ours::service(), by_hand::service());
    let frame = frame(request);
    let mut group = criterion.benchmark_group(group);
    group.bench_function("centrifugo", |bencher| {
        bencher.iter(|| runtime.block_on(call(&mut ours, path, black_box(frame.clone()))));
    });
    group.bench_function("tonic by hand", |bencher| {
        bencher.iter(|| runtime.block_on(call(&mut by_hand, path, black_box(frame.clone()))));
    });
    group.finish();
}

fn dispatch(criterion: &mut Criterion) {
    const CONNECT: &str = "/centrifugal.centrifugo.proxy.CentrifugoProxy/Connect";
    const RPC: &str = "/centrifugal.centrifugo.proxy.CentrifugoProxy/RPC";
    const SUBSCRIBE: &str = "/centrifugal.centrifugo.proxy.CentrifugoProxy/Subscribe";
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");

    let connected = answer::<ConnectResponse>(&runtime, CONNECT, &connect()).result.expect("a result");
    assert_eq!((connected.user.as_str(), connected.channels.as_slice()), ("ann", &["public".to_owned()][..]));
    let replied = answer::<RpcResponse>(&runtime, RPC, &rpc()).result.expect("a result");
    assert_eq!(replied.data, r#"{"id":42,"name":"Anna","users":3}"#);
    assert!(answer::<SubscribeResponse>(&runtime, SUBSCRIBE, &subscribe()).result.is_some());

    compare(criterion, &runtime, "connect", CONNECT, &connect());
    compare(criterion, &runtime, "rpc", RPC, &rpc());
    compare(criterion, &runtime, "subscribe", SUBSCRIBE, &subscribe());
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = dispatch
}
criterion_main!(benches);
