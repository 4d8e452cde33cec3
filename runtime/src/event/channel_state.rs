use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::client::Client;
use super::facets::facets;
use super::facts::Facts;
use super::into_reply::{may_return, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reply::payload::PayloadFormat;
use crate::wire;

/// A channel_state event: a channel gets its first subscriber, or loses its last one (Centrifugo PRO).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChannelState {
    /// The channel.
    pub channel: Channel,
    /// The change of its state.
    pub change: ChannelChange,
    /// The time of the change, in whole milliseconds.
    pub time: SystemTime,
}

/// A change of a channel's state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelChange {
    /// The channel has its first subscriber.
    Occupied,
    /// The channel has lost its last subscriber.
    Vacated,
    /// A change that this version of the crate doesn't know, by its name in the protocol.
    Other(String),
}

impl ChannelChange {
    /// Returns the name in the protocol, such as `occupied`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Occupied => "occupied",
            Self::Vacated => "vacated",
            Self::Other(name) => name,
        }
    }
}

impl Sealed for ChannelState {
    const FACTS: Facts = Facts {
        rpc: "NotifyChannelState",
        attribute: "#[centrifugo::channel_state(\"..\")]",
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

impl Event for ChannelState {
    const KIND: Kind = Kind::ChannelState;
    type Reply = ();
}

facets!(ChannelState: channel, refusing);

may_return!(ChannelState as ChannelStateReturn, "a channel_state handler can't return `{Self}`", "write nothing, or `()`");
returns_reply!(ChannelState => ());

impl ChannelState {
    /// The response to changes that are handled.
    pub(crate) fn acknowledged() -> wire::NotifyChannelStateResponse {
        wire::NotifyChannelStateResponse { result: Some(wire::NotifyChannelStateResult {}), error: None }
    }
}

impl Wire for ChannelState {
    type Request = wire::ChannelEvent;
    type Response = wire::NotifyChannelStateResponse;

    fn decode(wire::ChannelEvent { time_ms, channel, r#type }: wire::ChannelEvent) -> Result<Self, Malformed> {
        let change = match r#type.as_str() {
            "occupied" => ChannelChange::Occupied,
            "vacated" => ChannelChange::Vacated,
            _ => ChannelChange::Other(r#type),
        };
        let since = Duration::from_millis(time_ms.unsigned_abs());
        let time = if time_ms < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) };
        Ok(Self { channel: Channel::new(channel), change, time: time.unwrap_or(UNIX_EPOCH) })
    }

    fn no_match() -> Result<(), Reject> {
        Ok(())
    }

    fn encode((): (), _: PayloadFormat) -> Result<Self::Response, Reject> {
        Ok(Self::acknowledged())
    }

    // The event has no client that could be disconnected.
    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, _) = refusal.split();
        error.map(|error| wire::NotifyChannelStateResponse { result: None, error: Some(error) })
    }
}
