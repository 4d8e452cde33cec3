//! What Centrifugo tells of many channels at once: each channel's notice goes to its own handler, and one answer is for all of them.

use std::sync::Arc;

use tonic::Status;

use crate::dispatch::{Dispatch, Head, respond, unclaimed};
use crate::event::{ChannelState, Event};
use crate::handler::router::Routed;
use crate::wire;

impl Dispatch {
    /// Hands the notices on one after the other, whatever comes of the earlier ones. The first that is refused, or fails, is the answer.
    pub(crate) async fn notify(
        self: &Arc<Self>,
        head: Head,
        notices: Vec<wire::ChannelEvent>,
    ) -> Result<wire::NotifyChannelStateResponse, Status> {
        if ChannelState::table(&self.routes).is_empty() {
            return Err(unclaimed(ChannelState::KIND));
        }
        let mut answer = Ok(ChannelState::heard());
        for notice in notices {
            let answered = match self.answer::<ChannelState, _>(head.clone(), notice, |response, _| Ok(response)) {
                Ok(mut asked) => respond((&mut asked).await, &asked),
                Err(status) => Err(status),
            };
            if matches!(&answer, Ok(response) if response.error.is_none()) {
                answer = answered;
            }
        }
        answer
    }
}
