use std::pin::Pin;

use serde::{Deserialize, Serialize};
use tonic::codegen::tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::Shop;
use crate::generated::centrifugo_proxy_server::CentrifugoProxy;
use crate::generated::*;

pub struct Proxy {
    pub shop: Shop,
}

type Responses = Pin<Box<dyn Stream<Item = Result<StreamSubscribeResponse, Status>> + Send>>;

fn error(code: u32, message: &str) -> Option<Error> {
    Some(Error { code, message: message.to_owned(), temporary: false })
}

fn reply<T: Serialize>(answer: &T) -> Result<RpcResponse, Status> {
    let data = serde_json::to_vec(answer).map_err(|error| Status::internal(error.to_string()))?;
    Ok(RpcResponse { result: Some(RpcResult { data: data.into(), ..Default::default() }), ..Default::default() })
}

fn refuse(code: u32, message: &str) -> Result<RpcResponse, Status> {
    Ok(RpcResponse { error: error(code, message), ..Default::default() })
}

impl Proxy {
    async fn call(&self, request: RpcRequest) -> Result<RpcResponse, Status> {
        let (user, shop) = (&request.user, &self.shop);
        let parts: Vec<&str> = request.method.split('.').collect();
        match parts.as_slice() {
            ["ping"] => reply(&ping().await),
            // {rpcs}
            _ => refuse(104, "method not found"),
        }
    }

    async fn allows(&self, request: SubscribeRequest) -> bool {
        let (user, shop) = (&request.user, &self.shop);
        let parts: Vec<&str> = request.channel.split('.').collect();
        match parts.as_slice() {
            ["news"] => news(user, shop).await,
            // {topics}
            _ => false,
        }
    }
}

macro_rules! service {
    ($($method:ident($request:ident) -> $response:ty;)*) => {
        #[tonic::async_trait]
        impl CentrifugoProxy for Proxy {
            type SubscribeUnidirectionalStream = Responses;
            type SubscribeBidirectionalStream = Responses;

            async fn connect(&self, request: Request<ConnectRequest>) -> Result<Response<ConnectResponse>, Status> {
                let request = request.into_inner();
                let Ok(name) = serde_json::from_slice::<String>(&request.data) else {
                    return Ok(Response::new(ConnectResponse { error: error(400, "bad request"), ..Default::default() }));
                };
                let result = ConnectResult { user: name, channels: vec!["news".to_owned()], ..Default::default() };
                Ok(Response::new(ConnectResponse { result: Some(result), ..Default::default() }))
            }

            async fn rpc(&self, request: Request<RpcRequest>) -> Result<Response<RpcResponse>, Status> {
                self.call(request.into_inner()).await.map(Response::new)
            }

            async fn subscribe(&self, request: Request<SubscribeRequest>) -> Result<Response<SubscribeResponse>, Status> {
                Ok(Response::new(match self.allows(request.into_inner()).await {
                    true => SubscribeResponse { result: Some(SubscribeResult::default()), ..Default::default() },
                    false => SubscribeResponse { error: error(403, "permission denied"), ..Default::default() },
                }))
            }

            async fn subscribe_bidirectional(
                &self,
                _: Request<Streaming<StreamSubscribeRequest>>,
            ) -> Result<Response<Responses>, Status> {
                Err(Status::unimplemented("no handler"))
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("no handler"))
            })*
        }
    };
}

service! {
    refresh(RefreshRequest) -> RefreshResponse;
    publish(PublishRequest) -> PublishResponse;
    sub_refresh(SubRefreshRequest) -> SubRefreshResponse;
    subscribe_unidirectional(SubscribeRequest) -> Responses;
    map_publish(MapPublishRequest) -> MapPublishResponse;
    map_remove(MapRemoveRequest) -> MapRemoveResponse;
    shared_poll_refresh(SharedPollRefreshRequest) -> SharedPollRefreshResponse;
    notify_cache_empty(NotifyCacheEmptyRequest) -> NotifyCacheEmptyResponse;
    notify_channel_state(NotifyChannelStateRequest) -> NotifyChannelStateResponse;
}

async fn ping() -> &'static str {
    "pong {edit}"
}

async fn news(_: &str, _: &Shop) -> bool {
    true
}
