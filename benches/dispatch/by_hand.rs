//! The same service, by hand on tonic.

use tonic::codegen::tokio_stream::Empty;
use tonic::{Request, Response, Status, Streaming};

use crate::wire::centrifugo_proxy_server::{CentrifugoProxy, CentrifugoProxyServer};
use crate::wire::{self, ConnectResult, Disconnect, Error, RpcResult, SubscribeResult};
use crate::{Rename, Renamed, Users, users};

pub(crate) struct Proxy {
    users: Users,
}

pub(crate) fn service() -> CentrifugoProxyServer<Proxy> {
    CentrifugoProxyServer::new(Proxy { users: users() })
}

fn error(code: u32, message: &str) -> Option<Error> {
    Some(Error { code, message: message.to_owned(), temporary: false })
}

impl Proxy {
    fn connect(&self, request: &wire::ConnectRequest) -> wire::ConnectResponse {
        let Ok(who) = serde_json::from_slice::<Rename<'_>>(&request.data) else {
            return wire::ConnectResponse { error: error(400, "bad request"), ..Default::default() };
        };
        if !self.users.0.iter().any(|user| user == who.name) {
            let disconnect = Some(Disconnect { code: 4501, reason: "no such user".to_owned() });
            return wire::ConnectResponse { disconnect, ..Default::default() };
        }
        let result = ConnectResult { user: who.name.to_owned(), channels: vec!["public".to_owned()], ..Default::default() };
        wire::ConnectResponse { result: Some(result), ..Default::default() }
    }

    fn rpc(&self, request: &wire::RpcRequest) -> Result<wire::RpcResponse, Status> {
        let id = request.method.strip_prefix("user.").and_then(|rest| rest.strip_suffix(".rename"));
        let Some(id) = id.and_then(|id| id.parse::<u64>().ok()) else {
            return Ok(wire::RpcResponse { error: error(104, "method not found"), ..Default::default() });
        };
        let Ok(new) = serde_json::from_slice::<Rename<'_>>(&request.data) else {
            return Ok(wire::RpcResponse { error: error(400, "bad request"), ..Default::default() });
        };
        let renamed = Renamed { id, name: new.name, users: self.users.0.len() };
        let data = serde_json::to_vec(&renamed).map_err(|error| Status::internal(error.to_string()))?;
        let result = RpcResult { data: data.into(), ..Default::default() };
        Ok(wire::RpcResponse { result: Some(result), ..Default::default() })
    }

    fn subscribe(&self, request: &wire::SubscribeRequest) -> wire::SubscribeResponse {
        match request.channel.strip_prefix("user.") {
            Some(name) if name == request.user => {
                wire::SubscribeResponse { result: Some(SubscribeResult::default()), ..Default::default() }
            }
            _ => wire::SubscribeResponse { error: error(403, "permission denied"), ..Default::default() },
        }
    }
}

type Responses = Empty<Result<wire::StreamSubscribeResponse, Status>>;

/// Implements the trait, which has all methods of the protocol.
macro_rules! service {
    ($($method:ident($request:ident) -> $response:ty;)*) => {
        #[tonic::async_trait]
        impl CentrifugoProxy for Proxy {
            type SubscribeUnidirectionalStream = Responses;
            type SubscribeBidirectionalStream = Responses;

            async fn connect(
                &self,
                request: Request<wire::ConnectRequest>,
            ) -> Result<Response<wire::ConnectResponse>, Status> {
                Ok(Response::new(self.connect(request.get_ref())))
            }

            async fn rpc(&self, request: Request<wire::RpcRequest>) -> Result<Response<wire::RpcResponse>, Status> {
                self.rpc(request.get_ref()).map(Response::new)
            }

            async fn subscribe(
                &self,
                request: Request<wire::SubscribeRequest>,
            ) -> Result<Response<wire::SubscribeResponse>, Status> {
                Ok(Response::new(self.subscribe(request.get_ref())))
            }

            async fn subscribe_bidirectional(
                &self,
                _: Request<Streaming<wire::StreamSubscribeRequest>>,
            ) -> Result<Response<Responses>, Status> {
                Err(Status::unimplemented("no handler"))
            }

            $(async fn $method(&self, _: Request<wire::$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("no handler"))
            })*
        }
    };
}

service! {
    refresh(RefreshRequest) -> wire::RefreshResponse;
    publish(PublishRequest) -> wire::PublishResponse;
    sub_refresh(SubRefreshRequest) -> wire::SubRefreshResponse;
    subscribe_unidirectional(SubscribeRequest) -> Responses;
    map_publish(MapPublishRequest) -> wire::MapPublishResponse;
    map_remove(MapRemoveRequest) -> wire::MapRemoveResponse;
    shared_poll_refresh(SharedPollRefreshRequest) -> wire::SharedPollRefreshResponse;
    notify_cache_empty(NotifyCacheEmptyRequest) -> wire::NotifyCacheEmptyResponse;
    notify_channel_state(NotifyChannelStateRequest) -> wire::NotifyChannelStateResponse;
}
