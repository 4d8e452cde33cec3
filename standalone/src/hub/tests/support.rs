//! What the tests of the hub share: clients, namespaces, and what a client has received.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;

use super::super::{Hub, Limits, Member, NewPublication, Outbox, Position, Recover, Subscription};
use crate::codec::{ErrorCode, Format};
use crate::config::options::Namespace;
use crate::proto::client::{Publication, Reply, SubscribeResult};

pub(super) const CHANNEL: &str = "news";

pub(super) fn hub() -> Hub {
    Hub::new(Limits { connection_limit: None, user_connection_limit: None, recovery_max_publication_limit: 300 })
}

/// A member that has connected, with what its owner would hold.
pub(super) struct Client {
    pub(super) member: Arc<Member>,
}

/// What a client has received, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Received {
    /// The reply to a subscription.
    Subscribed {
        recovered: bool,
        publications: Vec<(u64, String)>,
    },
    Publication {
        offset: u64,
        data: String,
    },
    Join(String),
    Leave(String),
    /// Another reply of the owner.
    Reply,
}

impl Client {
    pub(super) fn new(id: &str, user: &str) -> Self {
        Self::with_format(id, user, Format::Protobuf)
    }

    pub(super) fn with_format(id: &str, user: &str, format: Format) -> Self {
        let outbox = Arc::new(Outbox::new(1 << 30));
        outbox.release(encoded(Reply::default()));
        outbox.take(1);
        let (member, _) = Member::new(id, user, format, outbox, b"");
        Self { member }
    }

    pub(super) fn joined(hub: &Hub, id: &str) -> Self {
        let client = Self::new(id, &format!("user of {id}"));
        hub.join(&client.member).unwrap();
        client
    }

    /// Subscribes as the owner does, and returns the result that the client receives.
    pub(super) fn subscribe(
        &self,
        hub: &Hub,
        channel: &str,
        namespace: &Namespace,
        subscription: Subscription,
    ) -> Result<SubscribeResult, ErrorCode> {
        let mut made = None;
        hub.subscribe(channel, namespace, &self.member, subscription, |result| {
            made = Some(result.clone());
            self.member.outbox.push(encoded(Reply { id: 1, subscribe: Some(result), ..Reply::default() }));
        })?;
        Ok(made.unwrap())
    }

    pub(super) fn reply(&self) {
        self.member.outbox.push(encoded(Reply { id: 1, ..Reply::default() }));
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received_by_channel().into_iter().map(|(_, received)| received).collect()
    }

    /// Replies are of the channel with an empty name.
    pub(super) fn received_by_channel(&self) -> Vec<(String, Received)> {
        let messages = self.member.outbox.take(usize::MAX).messages.into_iter();
        messages.map(|message| Received::new(Reply::decode_length_delimited(message).unwrap())).collect()
    }

    pub(super) fn gone(self, hub: &Hub, channels: &[&str]) {
        hub.leave(&self.member);
        for channel in channels {
            hub.unsubscribe(channel, &self.member);
        }
    }
}

impl Received {
    fn new(reply: Reply) -> (String, Self) {
        let channel = reply.push.as_ref().map(|push| push.channel.clone()).unwrap_or_default();
        (channel, Self::of(reply))
    }

    fn of(reply: Reply) -> Self {
        if let Some(result) = reply.subscribe {
            let publications = result.publications.into_iter().map(short).collect();
            return Self::Subscribed { recovered: result.recovered, publications };
        }
        let Some(push) = reply.push else { return Self::Reply };
        match (push.r#pub, push.join, push.leave) {
            (Some(publication), None, None) => {
                let (offset, data) = short(publication);
                Self::Publication { offset, data }
            }
            (None, Some(join), None) => Self::Join(join.info.unwrap().client),
            (None, None, Some(leave)) => Self::Leave(leave.info.unwrap().client),
            other => panic!("an unexpected push: {other:?}"),
        }
    }
}

pub(super) fn short(publication: Publication) -> (u64, String) {
    (publication.offset, String::from_utf8(publication.data.to_vec()).unwrap())
}

fn encoded(reply: Reply) -> Bytes {
    Format::Protobuf.reply(&reply).unwrap()
}

/// A namespace with history for ten seconds, whose positions live for thirty.
pub(super) fn history(size: usize) -> Namespace {
    Namespace {
        history_size: size,
        history_ttl: Duration::from_secs(10),
        history_meta_ttl: Duration::from_secs(30),
        ..Namespace::default()
    }
}

pub(super) fn plain() -> Subscription {
    Subscription::default()
}

pub(super) fn recoverable() -> Subscription {
    Subscription { recoverable: true, ..Subscription::default() }
}

pub(super) fn recovering(offset: u64, epoch: &str) -> Subscription {
    let since = Position { offset, epoch: epoch.to_owned() };
    Subscription { recover: Recover { is_requested: true, since, reject_unrecovered: false }, ..recoverable() }
}

pub(super) fn with_joins() -> Subscription {
    Subscription { join_leave: true, push_join_leave: true, presence: true, ..Subscription::default() }
}

pub(super) fn data(text: impl Into<String>) -> NewPublication {
    NewPublication { data: Bytes::from(text.into()), ..NewPublication::default() }
}

pub(super) fn publication(offset: u64, data: &str) -> Received {
    Received::Publication { offset, data: data.to_owned() }
}

pub(super) fn subscribed() -> Received {
    Received::Subscribed { recovered: false, publications: Vec::new() }
}

/// Moves the clock on.
pub(super) async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}
