//! The peer `tonic`: the same app by hand, with the service that `tonic-prost-build` generates, and a server with default
//! settings.

#![allow(clippy::print_stdout, reason = "the first line tells the bench the address")]

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use payload::{Auth, Welcome};
use serde::Serialize;
use tokio::net::TcpListener;
use tonic::codec::CompressionEncoding;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use wire::centrifugo_proxy_server::{CentrifugoProxy, CentrifugoProxyServer};

mod payload;

#[expect(unreachable_pub, reason = "the generator makes everything public")]
mod wire {
    tonic::include_proto!("centrifugal.centrifugo.proxy");
}

struct Proxy {
    users: HashMap<String, String>,
}

type Responses = BoxStream<'static, Result<wire::StreamSubscribeResponse, Status>>;

#[tonic::async_trait]
impl CentrifugoProxy for Proxy {
    type SubscribeUnidirectionalStream = Responses;
    type SubscribeBidirectionalStream = Responses;

    async fn connect(&self, request: Request<wire::ConnectRequest>) -> Result<Response<wire::ConnectResponse>, Status> {
        let Ok(auth) = serde_json::from_slice::<Auth>(&request.get_ref().data) else {
            let error = Some(error(400, "bad request"));
            return Ok(Response::new(wire::ConnectResponse { error, ..Default::default() }));
        };
        let Some(user) = self.users.get(&auth.token) else {
            let disconnect = Some(wire::Disconnect { code: 4501, reason: "invalid token".into() });
            return Ok(Response::new(wire::ConnectResponse { disconnect, ..Default::default() }));
        };
        let result = wire::ConnectResult {
            user: user.clone(),
            data: json(&Welcome { a: 1 })?,
            channels: vec!["news".into()],
            ..Default::default()
        };
        Ok(Response::new(wire::ConnectResponse { result: Some(result), ..Default::default() }))
    }

    async fn rpc(&self, request: Request<wire::RpcRequest>) -> Result<Response<wire::RpcResponse>, Status> {
        let text = match request.get_ref().method.as_str() {
            "ping" => "pong",
            "slow" => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                "slow"
            }
            _ => {
                let error = Some(error(404, "method not found"));
                return Ok(Response::new(wire::RpcResponse { error, ..Default::default() }));
            }
        };
        let result = wire::RpcResult { data: json(text)?, ..Default::default() };
        Ok(Response::new(wire::RpcResponse { result: Some(result), ..Default::default() }))
    }

    async fn subscribe(
        &self,
        request: Request<wire::SubscribeRequest>,
    ) -> Result<Response<wire::SubscribeResponse>, Status> {
        let request = request.get_ref();
        let room = request.channel.strip_prefix("room:").and_then(|n| n.parse::<u64>().ok());
        let response = if room.is_some() && !request.user.is_empty() {
            wire::SubscribeResponse { result: Some(wire::SubscribeResult::default()), ..Default::default() }
        } else {
            wire::SubscribeResponse { error: Some(error(403, "permission denied")), ..Default::default() }
        };
        Ok(Response::new(response))
    }

    async fn subscribe_unidirectional(
        &self,
        request: Request<wire::SubscribeRequest>,
    ) -> Result<Response<Responses>, Status> {
        let mut response = wire::SubscribeResponse::default();
        let opens = request.get_ref().channel.starts_with("ticks:");
        if opens {
            response.result = Some(wire::SubscribeResult::default());
        } else {
            response.error = Some(error(403, "permission denied"));
        }
        let first =
            stream::iter([Ok(wire::StreamSubscribeResponse { subscribe_response: Some(response), ..Default::default() })]);
        Ok(Response::new(if opens { first.chain(stream::pending()).boxed() } else { first.boxed() }))
    }

    async fn refresh(&self, _: Request<wire::RefreshRequest>) -> Result<Response<wire::RefreshResponse>, Status> {
        unused()
    }

    async fn publish(&self, _: Request<wire::PublishRequest>) -> Result<Response<wire::PublishResponse>, Status> {
        unused()
    }

    async fn sub_refresh(&self, _: Request<wire::SubRefreshRequest>) -> Result<Response<wire::SubRefreshResponse>, Status> {
        unused()
    }

    async fn map_publish(&self, _: Request<wire::MapPublishRequest>) -> Result<Response<wire::MapPublishResponse>, Status> {
        unused()
    }

    async fn map_remove(&self, _: Request<wire::MapRemoveRequest>) -> Result<Response<wire::MapRemoveResponse>, Status> {
        unused()
    }

    async fn shared_poll_refresh(
        &self,
        _: Request<wire::SharedPollRefreshRequest>,
    ) -> Result<Response<wire::SharedPollRefreshResponse>, Status> {
        unused()
    }

    async fn subscribe_bidirectional(
        &self,
        _: Request<Streaming<wire::StreamSubscribeRequest>>,
    ) -> Result<Response<Responses>, Status> {
        unused()
    }

    async fn notify_cache_empty(
        &self,
        _: Request<wire::NotifyCacheEmptyRequest>,
    ) -> Result<Response<wire::NotifyCacheEmptyResponse>, Status> {
        unused()
    }

    async fn notify_channel_state(
        &self,
        _: Request<wire::NotifyChannelStateRequest>,
    ) -> Result<Response<wire::NotifyChannelStateResponse>, Status> {
        unused()
    }
}

fn unused<T>() -> Result<T, Status> {
    Err(Status::unimplemented("not used by this app"))
}

fn error(code: u32, message: &str) -> wire::Error {
    wire::Error { code, message: message.into(), temporary: false }
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, Status> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| Status::internal(error.to_string()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = HashMap::from([("secret".to_owned(), "42".to_owned())]);
    let proxy = CentrifugoProxyServer::new(Proxy { users }).accept_compressed(CompressionEncoding::Gzip);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    Server::builder().add_service(proxy).serve_with_incoming_shutdown(incoming, bench_ends()).await?;
    Ok(())
}

/// Ends with the bench, which holds the other end of stdin.
async fn bench_ends() {
    drop(tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await);
}
