//! The app's own engine without sockets: clients reach it through a pipe, and its clock stands still while anything runs.

pub(crate) mod client;
pub(crate) mod command;
pub(crate) mod reply;
#[allow(dead_code, unreachable_pub, reason = "generated, and only partly used here")]
#[path = "../../../../standalone/src/proto/client.rs"]
pub(crate) mod schema;

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use centrifugo_standalone::Standalone;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use prost::Message;
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::time::sleep;
use tonic::body::Body;
use tower::service_fn;

use crate::message::frame;
use crate::wire::{RpcRequest, RpcResponse, RpcResult};

/// The secret of connection and subscription tokens.
pub(crate) const SECRET: &str = "s3cret";

/// A configuration in which a client can do everything, but has to know how.
fn config() -> Value {
    let all = json!({
        "allow_subscribe_for_client": true, "allow_subscribe_for_anonymous": true, "allow_publish_for_client": true,
        "allow_publish_for_anonymous": true, "allow_history_for_client": true, "allow_history_for_anonymous": true,
        "allow_presence_for_client": true, "allow_presence_for_anonymous": true, "allow_tags_filter": true,
        "presence": true, "join_leave": true, "history_size": 5, "history_ttl": "10m",
    });
    let mut cache = all.clone();
    cache["name"] = "cache".into();
    cache["force_recovery"] = true.into();
    cache["force_recovery_mode"] = "cache".into();
    let app = json!({"name": "app", "subscribe_proxy_enabled": true, "publish_proxy_enabled": true, "presence": true});
    let proxy = json!({"endpoint": "grpc://app"});
    json!({
        "client": {"allow_anonymous_connect_without_token": true, "token": {"hmac_secret_key": SECRET}, "channel_limit": 4},
        "channel": {
            "proxy": {"subscribe": proxy, "publish": proxy},
            "without_namespace": all,
            "namespaces": [cache, app],
        },
        "rpc": {"proxy": proxy, "without_namespace": {"proxy_enabled": true}},
        "http_api": {"key": "key"},
    })
}

/// An engine with [`config`].
pub(crate) fn engine() -> Standalone {
    start(&config()).expect("a configuration without faults")
}

/// An engine with a configuration. `Err`: the text of its refusal.
pub(crate) fn start(config: &Value) -> Result<Standalone, String> {
    Standalone::new(config, service_fn(app)).map_err(|error| error.to_string())
}

/// The app: an RPC returns its data, and everything else is granted.
async fn app(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let is_rpc = request.uri().path().ends_with("/RPC");
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let rpc = RpcRequest::decode(body.slice(body.len().min(5)..)).unwrap_or_default();
    let response =
        RpcResponse { result: Some(RpcResult { data: rpc.data, ..RpcResult::default() }), ..RpcResponse::default() };
    // An empty message is a yes.
    let message = if is_rpc { response.encode_to_vec() } else { Vec::new() };
    let trailers = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), "0".parse().expect("a value"))]);
    let parts: [Result<_, Infallible>; 2] =
        [Ok(Frame::data(Bytes::from(frame(0, message.len(), &message)))), Ok(Frame::trailers(trailers))];
    let mut response = Response::new(Body::new(StreamBody::new(futures_util::stream::iter(parts))));
    response.headers_mut().insert("content-type", "application/grpc".parse().expect("a value"));
    Ok(response)
}

/// Runs a future to its end, with a clock that moves on only when nothing else can be done.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

/// Waits until nothing can be done without more time.
pub(crate) async fn settled() {
    sleep(Duration::from_millis(1)).await;
}
