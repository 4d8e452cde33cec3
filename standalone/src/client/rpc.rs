//! The command rpc.

use std::sync::Arc;

use crate::app::payload;
use crate::codec::ErrorCode;
use crate::config::names::RpcTarget;
use crate::proto::client::{RpcRequest, RpcResult};
use crate::proto::proxy;

use super::Connection;
use super::reply::{Outcome, reply, result};

impl Connection {
    pub(super) fn rpc(&mut self, id: u32, request: RpcRequest) -> Outcome {
        let proxy = match self.engine.options.rpc.find(&request.method) {
            RpcTarget::App(proxy) => Arc::clone(proxy),
            RpcTarget::Ping => return Ok(Some(reply! { rpc: RpcResult::default() })),
            RpcTarget::Unknown => return Err(ErrorCode::METHOD_NOT_FOUND.into()),
            RpcTarget::Off => return Err(ErrorCode::NOT_AVAILABLE.into()),
        };
        let payload_fields = proxy.payload_fields(request.data);
        let message = proxy::RpcRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            user: self.caller.user.clone(),
            method: request.method,
            data: payload_fields.data,
            b64data: payload_fields.b64data,
            meta: proxy.meta(&self.caller),
            ..proxy::RpcRequest::default()
        };
        let call = self.engine.app.rpc(&proxy, &self.caller, message);
        self.wait(id, call, |_, response| {
            let proxy::RpcResponse { result: granted, error, disconnect } = response?;
            let granted = result(disconnect, error, granted)?.unwrap_or_default();
            Ok(Some(reply! { rpc: RpcResult { data: payload(granted.data, &granted.b64data)? } }))
        });
        Ok(None)
    }
}
