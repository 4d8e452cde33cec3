//! The state of a client that has connected.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::DropGuard;

use crate::config::options::Namespace;
use crate::hub::Member;

use super::inbound::Inbound;

/// A client that has connected.
pub(super) struct Session {
    pub(super) member: Arc<Member>,
    pub(super) channels: HashMap<String, Subscription>,
    /// The expiry of the connection, in Unix seconds. 0: none.
    pub(super) expire_at: i64,
    /// When the positions of its subscriptions were last checked.
    pub(super) positions_checked: Instant,
    /// Whether presence may show what was before a refresh.
    pub(super) keeps_presence: bool,
    /// The number of streams that the app has opened for the client.
    pub(super) streams: u64,
    /// Whether an unsubscribe waits for the subscribe before it. No command begins until then, as in Centrifugo.
    pub(super) is_unsubscribing: bool,
}

/// A subscription, or one that is being made.
pub(super) struct Subscription {
    pub(super) namespace: Arc<Namespace>,
    pub(super) state: SubscriptionState,
    pub(super) is_server_side: bool,
    /// Whether the connection token has made it.
    pub(super) is_of_token: bool,
    /// In Unix seconds. 0: none.
    pub(super) expire_at: i64,
    pub(super) refreshes_itself: bool,
    /// Dropped when the subscription has been made, or not: who waits for that.
    pub(super) waiting: Vec<oneshot::Sender<()>>,
    /// The app's stream, in namespaces of streams.
    pub(super) stream: Option<AppStream>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubscriptionState {
    /// The command waits for the app.
    Subscribing,
    Subscribed,
    /// It has expired, and the app decides whether it goes on.
    Refreshing,
}

/// A stream of the app. It ends with the task that delivers its publications, which ends with this.
pub(super) struct AppStream {
    /// Tells it from earlier streams of the same channel.
    pub(super) number: u64,
    pub(super) _end: DropGuard,
    /// Takes the client's publications, in streams of both directions.
    pub(super) inbound: Option<Inbound>,
}

impl Session {
    pub(super) fn new(member: Arc<Member>, expire_at: i64) -> Self {
        Self {
            member,
            channels: HashMap::new(),
            expire_at,
            positions_checked: Instant::now(),
            keeps_presence: false,
            streams: 0,
            is_unsubscribing: false,
        }
    }

    /// Whether the subscription to the channel has this stream.
    pub(super) fn has_stream(&self, channel: &str, number: u64) -> bool {
        let stream = self.channels.get(channel).and_then(|subscription| subscription.stream.as_ref());
        stream.is_some_and(|stream| stream.number == number)
    }

    /// Whether a command of the client is making a subscription to the channel.
    pub(super) fn is_subscribing(&self, channel: &str) -> bool {
        self.channels.get(channel).is_some_and(|subscription| subscription.state == SubscriptionState::Subscribing)
    }

    /// Whether the client is subscribed to the channel.
    pub(super) fn is_subscribed(&self, channel: &str) -> bool {
        self.subscription(channel).is_some()
    }

    /// The subscription to a channel, if it has been made.
    pub(super) fn subscription(&self, channel: &str) -> Option<&Subscription> {
        self.channels.get(channel).filter(|subscription| subscription.state != SubscriptionState::Subscribing)
    }

    pub(super) fn is_server_side(&self, channel: &str) -> bool {
        self.channels.get(channel).is_some_and(|subscription| subscription.is_server_side)
    }
}
