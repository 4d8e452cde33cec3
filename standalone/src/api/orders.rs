//! The methods that act on a user's connections. What belongs to a connection's owner is ordered from it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::codec::{Close, ErrorCode, Unsubscribed};
use crate::config::overrides::Overrides;
use crate::hub::{Done, Member, Order, ServerRefresh, ServerSubscribe};

use super::command::{self, CodeAndReason, Switch};
use super::execute::{Executor, payload, position};
use super::result::Empty;

/// The longest time that a request waits for the owners. They do what is ordered also later.
const WAIT: Duration = Duration::from_secs(5);

impl Executor<'_> {
    pub(super) async fn subscribe(&self, request: command::Subscribe) -> Result<Empty, ErrorCode> {
        self.namespace(&request.channel)?;
        let options = ServerSubscribe {
            expire_at: request.expire_at,
            data: payload(&request.b64data, request.data)?,
            info: payload(&request.b64info, request.info)?,
            recover_since: request.recover_since.map(position),
            overrides: request.overrides.map(overrides).unwrap_or_default(),
        };
        let members = self.members(&request.user, &request.client, &request.session);
        let channel = request.channel;
        let order = |done| Order::Subscribe { channel: channel.clone(), options: Box::new(options.clone()), done };
        order_all(&members, order).await
    }

    pub(super) async fn unsubscribe(&self, request: command::Unsubscribe) -> Result<Empty, ErrorCode> {
        // Centrifugo accepts no channel, too: it unsubscribes nobody, and its push stops centrifuge-js.
        self.namespace(&request.channel)?;
        let members = self.members(&request.user, &request.client, &request.session);
        let channel = request.channel;
        let order = |done| Order::Unsubscribe { channel: channel.clone(), unsubscribed: Unsubscribed::SERVER, done };
        order_all(&members, order).await
    }

    /// Closes connections, also of owners that are busy.
    pub(super) fn disconnect(&self, request: command::Disconnect) -> Empty {
        let close = request.disconnect.map_or(Close::FORCE_DISCONNECT, close);
        let members = self.members(&request.user, &request.client, &request.session);
        for member in members.iter().filter(|member| !request.whitelist.iter().any(|id| **id == *member.id)) {
            member.outbox.close(close.clone());
        }
        Empty {}
    }

    pub(super) async fn refresh(&self, request: command::Refresh) -> Result<Empty, ErrorCode> {
        let refresh = ServerRefresh {
            expired: request.expired,
            expire_at: u64::try_from(request.expire_at).ok().filter(|seconds| *seconds > 0),
            info: request.info,
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

fn close(CodeAndReason { code, reason }: CodeAndReason) -> Close {
    Close::of_app(code, reason)
}

fn overrides(overrides: command::Overrides) -> Overrides {
    let value = |switch: Option<Switch>| switch.map(|switch| switch.value);
    Overrides {
        presence: value(overrides.presence),
        join_leave: value(overrides.join_leave),
        force_push_join_leave: value(overrides.force_push_join_leave),
        force_positioning: value(overrides.force_positioning),
        force_recovery: value(overrides.force_recovery),
    }
}
