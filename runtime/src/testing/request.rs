//! The request that Centrifugo would send for each event, and the outcome of its response.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::StreamExt;

use super::outcome::{Opened, Outcome};
use crate::dispatch::call_record::CallRecord;
use crate::dispatch::message::frame;
use crate::dispatch::reported::Reported;
use crate::event::inbound::Inbound;
use crate::event::{
    CacheEmpty, ChannelState, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, StreamRequest,
    StreamResponse, SubRefresh, Subscribe, SubscribeStream,
};
use crate::handler::router::Routed;
use crate::server::Limits;
use crate::wire;

/// The fields of a request, for all events.
#[derive(Debug)]
pub struct Draft {
    pub(super) client: String,
    pub(super) protobuf: bool,
    pub(super) user: String,
    pub(super) channel: String,
    pub(super) method: String,
    pub(super) key: String,
    pub(super) items: Vec<wire::SharedPollRefreshItem>,
    pub(super) change: String,
    pub(super) data: Bytes,
    pub(super) meta: Bytes,
    pub(super) inbound: Inbound,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            client: "c1".to_owned(),
            protobuf: false,
            user: String::new(),
            channel: String::new(),
            method: String::new(),
            key: String::new(),
            items: Vec::new(),
            change: String::new(),
            data: Bytes::new(),
            meta: Bytes::new(),
            inbound: Inbound::default(),
        }
    }
}

impl Draft {
    fn protocol(&self) -> String {
        if self.protobuf { "protobuf" } else { "json" }.to_owned()
    }
}

/// An event for which a [`TestApp`](super::TestApp) can be called.
#[allow(private_bounds, private_interfaces, reason = "it is sealed")]
pub trait TestEvent: Routed {
    /// The reply, as Centrifugo reads it.
    type Result: fmt::Debug + Send;

    #[doc(hidden)]
    fn request(draft: Draft) -> Self::Request;

    #[doc(hidden)]
    fn outcome(response: Self::Response, record: CallRecord) -> Outcome<Self>;
}

/// Events whose request comes from a client. The fields are those besides the client's.
macro_rules! unary {
    ($($event:ident { $request:ident($($field:ident),*) -> $result:ident })*) => {$(
        #[allow(private_bounds, private_interfaces, reason = "it is sealed")]
        impl TestEvent for $event {
            type Result = wire::$result;

            fn request(draft: Draft) -> Self::Request {
                let protocol = draft.protocol();
                wire::$request {
                    client: draft.client,
                    transport: "websocket".to_owned(),
                    protocol,
                    encoding: "json".to_owned(),
                    $($field: draft.$field,)*
                    ..Default::default()
                }
            }

            fn outcome(response: Self::Response, _: CallRecord) -> Outcome<Self> {
                // Some results are boxed: this clones either.
                Outcome::replied(wire::$result::clone(&response.result.unwrap_or_default()))
            }
        }
    )*};
}

unary! {
    Connect { ConnectRequest(data) -> ConnectResult }
    Refresh { RefreshRequest(user, meta) -> RefreshResult }
    Subscribe { SubscribeRequest(user, channel, data, meta) -> SubscribeResult }
    Publish { PublishRequest(user, channel, data, meta) -> PublishResult }
    SubRefresh { SubRefreshRequest(user, channel, meta) -> SubRefreshResult }
    Rpc { RpcRequest(user, method, data, meta) -> RpcResult }
    MapPublish { MapPublishRequest(user, channel, key, data, meta) -> MapPublishResult }
    MapRemove { MapRemoveRequest(user, channel, key, meta) -> MapRemoveResult }
}

/// Events without a client.
macro_rules! clientless {
    ($($event:ident { $request:ident($($field:ident),*) -> $result:ident })*) => {$(
        #[allow(private_bounds, private_interfaces, reason = "it is sealed")]
        impl TestEvent for $event {
            type Result = wire::$result;

            fn request(draft: Draft) -> Self::Request {
                wire::$request { $($field: draft.$field,)* }
            }

            fn outcome(response: Self::Response, _: CallRecord) -> Outcome<Self> {
                Outcome::replied(response.result.unwrap_or_default())
            }
        }
    )*};
}

clientless! {
    SharedPoll { SharedPollRefreshRequest(channel, items) -> SharedPollRefreshResult }
    CacheEmpty { NotifyCacheEmptyRequest(channel) -> NotifyCacheEmptyResult }
}

#[allow(private_bounds, private_interfaces, reason = "it is sealed")]
impl TestEvent for ChannelState {
    type Result = wire::NotifyChannelStateResult;

    fn request(draft: Draft) -> wire::ChannelEvent {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        wire::ChannelEvent { time_ms, channel: draft.channel, r#type: draft.change }
    }

    fn outcome(response: Self::Response, _: CallRecord) -> Outcome<Self> {
        Outcome::replied(response.result.unwrap_or_default())
    }
}

#[allow(private_bounds, private_interfaces, reason = "it is sealed")]
impl TestEvent for SubscribeStream {
    type Result = Opened;

    fn request(mut draft: Draft) -> StreamRequest {
        let inbound = std::mem::take(&mut draft.inbound);
        StreamRequest { request: Subscribe::request(draft), inbound }
    }

    fn outcome(StreamResponse { first, publications, json }: StreamResponse, record: CallRecord) -> Outcome<Self> {
        let publications = publications.unwrap_or_else(|| futures_util::stream::empty().boxed());
        let max = Limits::default().message_size;
        let publications = Reported::new(publications, json, max, record, |publication, json, max| {
            let publication = publication.encode(json)?;
            frame(&publication, max)?;
            Ok(publication)
        });
        Outcome::replied(Opened { result: first.result.unwrap_or_default(), publications })
    }
}
