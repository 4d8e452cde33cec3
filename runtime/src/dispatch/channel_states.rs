//! The changes of many channels in one message: each is an event for its own handler, and one response is for all of them.

use std::sync::Arc;

use bytes::Bytes;
use tonic::Status;

use crate::dispatch::message::{decode, frame};
use crate::dispatch::{Dispatch, Head, no_handlers};
use crate::event::{ChannelState, Event};
use crate::handler::router::Routed;
use crate::wire;

impl Dispatch {
    /// Decodes the message, calls the handlers, and frames the response.
    pub(crate) async fn notify(self: Arc<Self>, head: Head, message: Bytes) -> Result<Bytes, Status> {
        let wire::NotifyChannelStateRequest { events } = decode(message)?;
        let response = self.call_each(head, events).await?;
        frame(&response, self.max_message_size).map_err(|fault| Status::out_of_range(fault.to_string()))
    }

    /// Calls the handlers one after the other, also after one has failed. The response is the first refusal or failure.
    async fn call_each(
        self: &Arc<Self>,
        head: Head,
        changes: Vec<wire::ChannelEvent>,
    ) -> Result<wire::NotifyChannelStateResponse, Status> {
        if ChannelState::table(&self.routes).is_empty() {
            return Err(no_handlers(ChannelState::KIND));
        }
        let mut first = Ok(ChannelState::acknowledged());
        for change in changes {
            let responded = match self.call::<ChannelState, _>(head.clone(), change, |response, _| Ok(response)) {
                Ok(call) => call.await,
                Err(status) => Err(status),
            };
            if matches!(&first, Ok(response) if response.error.is_none()) {
                first = responded;
            }
        }
        first
    }
}
