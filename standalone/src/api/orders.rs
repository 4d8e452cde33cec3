//! The methods that act on a user's connections. What belongs to a connection's owner is ordered from it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use cent::{DisconnectRequest, RefreshRequest, SubscribeOptionOverride, SubscribeRequest, UnsubscribeRequest};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::codec::{Close, ErrorCode, Unsubscribed};
use crate::config::overrides::Overrides;
use crate::hub::{Done, Member, Order, ServerRefresh, ServerSubscribe};

use super::execute::{Executor, bytes_of, payload, position};
use super::result::Empty;

/// The longest time that a request waits for the owners. They do what is ordered also later.
const WAIT: Duration = Duration::from_secs(5);

impl Executor<'_> {
    pub(super) async fn subscribe(&self, request: SubscribeRequest) -> Result<Empty, ErrorCode> {
        self.namespace(&request.channel)?;
        let options = ServerSubscribe {
            expire_at: request.expire_at,
            data: payload(&request.b64data, request.data)?,
            info: payload(&request.b64info, request.info)?,
            recover_since: request.recover_since.map(position),
            overrides: request.r#override.map(overrides).unwrap_or_default(),
        };
        let members = self.members(&request.user, &request.client, &request.session);
        let channel = request.channel;
        let order = |done| Order::Subscribe { channel: channel.clone(), options: Box::new(options.clone()), done };
        order_all(&members, order).await
    }

    pub(super) async fn unsubscribe(&self, request: UnsubscribeRequest) -> Result<Empty, ErrorCode> {
        // Centrifugo accepts no channel, too: it unsubscribes nobody, and its push stops centrifuge-js.
        self.namespace(&request.channel)?;
        let members = self.members(&request.user, &request.client, &request.session);
        let channel = request.channel;
        let order = |done| Order::Unsubscribe { channel: channel.clone(), unsubscribed: Unsubscribed::SERVER, done };
        order_all(&members, order).await
    }

    /// Closes connections, also of owners that are busy.
    pub(super) fn disconnect(&self, request: DisconnectRequest) -> Result<Empty, ErrorCode> {
        let close = request.disconnect.map_or(Ok(Close::FORCE_DISCONNECT), close)?;
        let members = self.members(&request.user, &request.client, &request.session);
        for member in members.iter().filter(|member| !request.whitelist.iter().any(|id| **id == *member.id)) {
            member.outbox.close(close.clone());
        }
        Ok(Empty {})
    }

    pub(super) async fn refresh(&self, request: RefreshRequest) -> Result<Empty, ErrorCode> {
        let refresh = ServerRefresh {
            expired: request.expired,
            expire_at: u64::try_from(request.expire_at).ok().filter(|seconds| *seconds > 0),
            info: request.info.map(bytes_of).unwrap_or_default(),
        };
        let members = self.members(&request.user, &request.client, &request.session);
        order_all(&members, |done| Order::Refresh { refresh: refresh.clone(), done }).await
    }

    /// The user's connections, or the one that `client` names. WebSockets have no session, so none fits one.
    fn members(&self, user: &str, client: &str, session: &str) -> Vec<Arc<Member>> {
        let mut members = self.hub.members_of(user);
        members.retain(|member| session.is_empty() && (client.is_empty() || *member.id == *client));
        members
    }
}

/// Orders something of all members, and waits until it is done. Error 100: one has failed.
async fn order_all(members: &[Arc<Member>], order: impl Fn(Done) -> Order) -> Result<Empty, ErrorCode> {
    let ordered = members.iter().filter_map(|member| {
        let (done, end) = oneshot::channel();
        member.order(order(done)).then_some(end)
    });
    // All are ordered before the first is waited for.
    let ends: Vec<_> = ordered.collect();
    let deadline = Instant::now() + WAIT;
    let mut outcome = Ok(Empty {});
    for end in ends {
        // An owner that is gone has dropped the order, which is then without effect.
        if let Ok(Ok(Err(_))) = timeout_at(deadline, end).await {
            outcome = Err(ErrorCode::INTERNAL);
        }
    }
    outcome
}

/// Error 107: a code that no WebSocket may close with.
fn close(disconnect: cent::Disconnect) -> Result<Close, ErrorCode> {
    match u16::try_from(disconnect.code) {
        Ok(code @ 3000..=4999) => Ok(Close { code, reason: Cow::Owned(disconnect.reason) }),
        _ => Err(ErrorCode::BAD_REQUEST),
    }
}

fn overrides(overrides: SubscribeOptionOverride) -> Overrides {
    Overrides {
        presence: overrides.presence,
        join_leave: overrides.join_leave,
        force_push_join_leave: overrides.force_push_join_leave,
        force_positioning: overrides.force_positioning,
        force_recovery: overrides.force_recovery,
    }
}
