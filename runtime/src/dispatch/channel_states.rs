//! The changes of many channels in one message: each is an event for its own handler, and one response is for all of them.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tonic::Status;

use crate::dispatch::message::frame;
use crate::dispatch::{Dispatch, Head, internal_error, no_handlers};
use crate::event::{ChannelState, Event};
use crate::handler::router::Routed;
use crate::reject::Reject;
use crate::wire;

/// The response to one change.
struct Response {
    frame: Bytes,
    is_refusal: bool,
}

impl Response {
    fn framed(response: wire::NotifyChannelStateResponse, max: usize) -> Result<Self, Reject> {
        Ok(Self { frame: frame(&response, max)?, is_refusal: response.error.is_some() })
    }
}

impl Dispatch {
    /// Calls the handlers one after the other, also after one has failed. The response is the first refusal or failure.
    pub(crate) async fn call_batch(self: Arc<Self>, head: Head, message: Bytes) -> Result<Bytes, Status> {
        let wire::NotifyChannelStateRequest { events: changes } = self.decode(message)?;
        if ChannelState::table(&self.routes).is_empty() {
            return Err(no_handlers(ChannelState::KIND));
        }
        let mut first = None;
        for change in changes {
            // Each change has a handler's whole time, however many are before it.
            let head = Head { begun: Instant::now(), ..head.clone() };
            let response = match Arc::clone(&self).call::<ChannelState, _>(head, change, Response::framed) {
                Ok(call) => call.await,
                Err(status) => Err(status),
            };
            if matches!(first, None | Some(Ok(Response { is_refusal: false, .. }))) {
                first = Some(response);
            }
        }
        match first {
            Some(response) => Ok(response?.frame),
            // No changes, so there is no call that could report a failure; this one would need a limit of one byte.
            None => frame(&ChannelState::acknowledged(), self.max_message_size).map_err(|_| internal_error()),
        }
    }
}
