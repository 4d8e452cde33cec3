//! The app's streams: one for each subscription in a namespace of streams.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::app::Publications;
use crate::codec::Unsubscribed;
use crate::config::options::{Namespace, StreamProxy};
use crate::hub::{Hub, Member};
use crate::proto::client::{Publication, SubscribeRequest};
use crate::proto::proxy::SubscribeResponse;

use super::Connection;
use super::grant::Grant;
use super::inbound::Inbound;
use super::reply::{Outcome, Refused};
use super::session::AppStream;
use super::subscribe::grant_of_app;

impl Connection {
    pub(super) fn open_stream(
        &mut self,
        id: u32,
        request: SubscribeRequest,
        namespace: &Arc<Namespace>,
        stream: &StreamProxy,
    ) -> Outcome {
        let (sender, inbound) = Inbound::new();
        let message = self.subscribe_message(&request, &stream.options);
        let opening = self.engine.app.open(stream, &self.caller, message, inbound);
        let namespace = Arc::clone(namespace);
        let sender = stream.is_bidirectional.then_some(sender);
        self.wait(id, opening, move |connection, opened| {
            let outcome = opened.map_err(Refused::from).and_then(|(response, publications)| {
                // A stream has no history, whatever the app overrides, and no filter.
                let response = without_temporary(response);
                let grant = grant_of_app(&namespace, response)?;
                let grant = Grant { positioning: false, recovery: false, allows_tags_filter: false, ..grant };
                connection.subscribe_client_side(id, &request, &namespace, grant)?;
                connection.deliver(&request.channel, publications, sender);
                Ok(None)
            });
            connection.end_subscribe(&request.channel, outcome)
        });
        Ok(None)
    }

    /// Delivers the stream's publications to the client, in a task of its own: the app's stream may block its thread.
    fn deliver(&mut self, channel: &str, publications: Publications, inbound: Option<Inbound>) {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session() else { return };
        let Some(subscription) = session.channels.get_mut(channel) else { return };
        session.streams += 1;
        let number = session.streams;
        let end = CancellationToken::new();
        let delivery = Delivery { member: Arc::clone(&session.member), channel: channel.to_owned(), end: end.clone() };
        let task = tokio::spawn(async move {
            let ended = delivery.end.run_until_cancelled(delivery.run(&engine.hub, publications)).await;
            ended.unwrap_or(Unsubscribed::SERVER)
        });
        subscription.stream = Some(AppStream { number, _end: end.drop_guard(), inbound });
        let channel = channel.to_owned();
        self.wait_beside(task, move |connection, ended| {
            if connection.session().is_some_and(|session| session.has_stream(&channel, number)) {
                // A stream that panics has failed.
                connection.push_unsubscribe(&channel, ended.unwrap_or(Unsubscribed::INSUFFICIENT_STATE));
            }
        });
    }
}

/// The way of a stream's publications to the client.
struct Delivery {
    member: Arc<Member>,
    channel: String,
    /// Cancelled when the subscription has ended.
    end: CancellationToken,
}

impl Delivery {
    /// Delivers until the stream ends.
    async fn run(&self, hub: &Hub, mut publications: Publications) -> Unsubscribed {
        while let Some(message) = publications.next().await {
            match message {
                Ok(message) => {
                    // Anything else after the first message is ignored, as in Centrifugo.
                    if let Some(publication) = message.publication {
                        let publication =
                            Publication { data: publication.data, tags: publication.tags, ..Publication::default() };
                        // The client may have subscribed anew while the app's stream blocked its thread.
                        hub.deliver(&self.channel, &self.member, publication, || !self.end.is_cancelled());
                    }
                }
                Err(status) => {
                    tracing::debug!(channel = %self.channel, "the app's stream has failed: {}", status.message());
                    return Unsubscribed::INSUFFICIENT_STATE;
                }
            }
            // A stream that never waits leaves room for others.
            tokio::task::consume_budget().await;
        }
        Unsubscribed::SERVER
    }
}

/// The reply to a stream's subscription, as Centrifugo passes it on: its error is never temporary.
fn without_temporary(mut response: SubscribeResponse) -> SubscribeResponse {
    if let Some(error) = &mut response.error {
        error.temporary = false;
    }
    response
}
