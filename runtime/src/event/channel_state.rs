use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::client::Client;
use super::{Event, Malformed, Refusal, Refusing, Sealed, Wire};
use crate::generated as wire;
use crate::id::{Channel, UserId};
use crate::kind::Kind;
use crate::payload::Form;
use crate::reject::Reject;
use crate::router::{Routes, Table};

/// Channels got their first subscriber, or lost their last one (Centrifugo PRO).
///
/// One question is about many channels, so its handler has no pattern: Centrifugo takes one answer for all.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChannelState {
    /// What happened, in order.
    pub events: Vec<ChannelEvent>,
}

/// What happened to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelEvent {
    /// The channel.
    pub channel: Channel,
    /// What happened.
    pub event: ChannelEventType,
    /// When, in whole milliseconds.
    pub time: SystemTime,
}

/// What may happen to a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelEventType {
    /// It has its first subscriber.
    Occupied,
    /// It has no subscriber any more.
    Vacated,
    /// Something that this version has no name for.
    Other(String),
}

impl Sealed for ChannelState {}

impl Event for ChannelState {
    const KIND: Kind = Kind::ChannelState;
    type Reply = ();
}

impl Refusing for ChannelState {}

impl ChannelEvent {
    fn decode(wire::ChannelEvent { time_ms, channel, r#type }: wire::ChannelEvent) -> Self {
        let event = match r#type.as_str() {
            "occupied" => ChannelEventType::Occupied,
            "vacated" => ChannelEventType::Vacated,
            _ => ChannelEventType::Other(r#type),
        };
        let since = Duration::from_millis(time_ms.unsigned_abs());
        let time = if time_ms < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) };
        Self { channel: Channel::new(channel), event, time: time.unwrap_or(UNIX_EPOCH) }
    }
}

impl Wire for ChannelState {
    type Request = wire::NotifyChannelStateRequest;
    type Response = wire::NotifyChannelStateResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        Ok(Self { events: request.events.into_iter().map(ChannelEvent::decode).collect() })
    }

    fn name(&self) -> Option<&str> {
        None
    }

    fn asker(&self) -> (Option<&Client>, Option<&UserId>) {
        (None, None)
    }

    fn table(routes: &Routes) -> &Table<Self> {
        &routes.channel_state
    }

    fn no_match() -> Result<(), Reject> {
        Err(Reject::internal("no channel_state handler"))
    }

    fn encode((): (), _: Form) -> Result<Self::Response, Reject> {
        Ok(wire::NotifyChannelStateResponse { result: Some(wire::NotifyChannelStateResult {}), error: None })
    }

    // There is nobody to be disconnected.
    fn refuse(refusal: Refusal) -> Option<Self::Response> {
        let (error, _) = refusal.split();
        error.map(|error| wire::NotifyChannelStateResponse { result: None, error: Some(error) })
    }
}
