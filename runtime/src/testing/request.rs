//! The request that Centrifugo would send for each event, and the outcome of its response.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;

use super::outcome::{Opened, Outcome};
use crate::dispatch::call_record::CallRecord;
use crate::dispatch::message::frame;
use crate::dispatch::reported::Reported;
use crate::event::draft::{Draft, Drafted};
use crate::event::{self, ChannelState, StreamRequest, StreamResponse, Subscribe, SubscribeStream, for_each_unary_event};
use crate::handler::router::Routed;
use crate::server::Limits;
use crate::wire;

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

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) unary $types:tt;)*) => {$(
        #[allow(private_bounds, private_interfaces, reason = "it is sealed")]
        impl TestEvent for event::$event {
            type Result = wire::$result;

            fn request(draft: Draft) -> Self::Request {
                <Self as Drafted>::request(draft)
            }

            fn outcome(response: Self::Response, _: CallRecord) -> Outcome<Self> {
                // Some results are boxed: this clones either.
                Outcome::replied(wire::$result::clone(&response.result.unwrap_or_default()))
            }
        }
    )*};
}

for_each_unary_event!(unary);

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
        StreamRequest { request: <Subscribe as Drafted>::request(draft), inbound }
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
