use super::client::Client;
use super::draft::drafted;
use super::facets::facets;
use super::facts::Facts;
use super::into_reply::{may_return, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::names::channel;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reply::payload::PayloadFormat;
use crate::wire;

/// A cache_empty event: a client subscribes to a channel in cache recovery mode, and its cache is empty (Centrifugo PRO).
///
/// The handler may fill the cache by publishing to the channel, and returns whether it has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CacheEmpty {
    /// The channel.
    pub channel: Channel,
}

impl Sealed for CacheEmpty {
    const FACTS: Facts = Facts {
        rpc: "NotifyCacheEmpty",
        attribute: "#[centrifugo::cache_empty(\"..\")]",
        has_client: false,
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (None, None)
    }
}

impl Event for CacheEmpty {
    const KIND: Kind = Kind::CacheEmpty;
    type Reply = bool;
}

facets!(CacheEmpty: channel);

may_return!(
    CacheEmpty as CacheEmptyReturn,
    "a cache_empty handler can't return `{Self}`",
    "write `bool`: whether the cache is filled now"
);
returns_reply!(CacheEmpty => bool);

impl Wire for CacheEmpty {
    type Request = wire::NotifyCacheEmptyRequest;
    type Response = wire::NotifyCacheEmptyResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        Ok(Self { channel: Channel::new(request.channel) })
    }

    fn check(&self, _: &Options) -> Result<(), Reject> {
        channel::require_valid(&self.channel)
    }

    // No handler has filled the cache.
    fn no_match() -> Result<bool, Reject> {
        Ok(false)
    }

    fn encode(populated: bool, _: PayloadFormat) -> Result<Self::Response, Reject> {
        Ok(wire::NotifyCacheEmptyResponse { result: Some(wire::NotifyCacheEmptyResult { populated }) })
    }

    // The response has no field for a refusal.
    fn refuse(_: Refusal) -> Option<Self::Response> {
        None
    }
}

drafted!(CacheEmpty: NotifyCacheEmptyRequest(channel));
