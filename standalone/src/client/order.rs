//! Orders of the server API, which the connection's task carries out.

use std::sync::Arc;

use crate::codec::{Close, ErrorCode, Unsubscribed};
use crate::hub::{Done, Order, Recover, ServerRefresh, ServerSubscribe};
use crate::proto::client::{Push, Refresh, Subscribe};

use super::Connection;
use super::grant::Grant;
use super::reply::{Refused, queue, reply};
use super::subscribe::Requested;

impl Connection {
    /// Obeys an order.
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Subscribe { channel, options, done } => {
                let made = self.subscribe_by_order(&channel, *options);
                // Whoever has ordered it may have gone.
                let _ = done.send(made);
            }
            Order::Unsubscribe { channel, unsubscribed, done } => {
                self.unsubscribe_by_order(channel, unsubscribed, done);
            }
            Order::Refresh { refresh, done } => {
                self.refresh_by_order(refresh);
                let _ = done.send(Ok(()));
            }
            Order::LosePosition { channel } => {
                let engine = Arc::clone(&self.engine);
                // It may have subscribed anew meanwhile.
                if self.session().is_some_and(|session| engine.hub.has_lost_position(&channel, &session.member)) {
                    self.lose_position(&channel);
                }
            }
        }
    }

    fn subscribe_by_order(&mut self, channel: &str, options: ServerSubscribe) -> Result<(), ErrorCode> {
        let limit = self.engine.options.client.channel_limit;
        if self.session().is_some_and(|session| session.channels.len() >= limit) {
            self.close(Close::CHANNEL_LIMIT);
            return Ok(());
        }
        // Before anything changes. (Centrifugo has subscribed the client when it can't encode the push.)
        let push = Subscribe { data: options.data.clone(), ..Subscribe::default() };
        let push = Push { subscribe: Some(push), ..Push::default() };
        self.format.reply(&reply! { push: push }).map_err(|_| ErrorCode::INTERNAL)?;
        let made = self.namespace(channel).and_then(|namespace| {
            let ServerSubscribe { expire_at, info, data, recover_since, overrides } = options;
            let grant = Grant { info, data, expire_at, ignores_cache: true, ..Grant::of(&namespace) };
            let grant = grant.overridden(&overrides);
            let is_requested = recover_since.is_some();
            let recover = Recover { is_requested, since: recover_since.unwrap_or_default(), reject_unrecovered: false };
            let (format, outbox) = (self.format, Arc::clone(&self.outbox));
            self.enter_channel(channel, &namespace, grant, Requested::recovering(recover), true, |made| {
                let subscribe = Subscribe {
                    recoverable: made.recoverable,
                    epoch: made.epoch,
                    offset: made.offset,
                    positioned: made.positioned,
                    data: made.data,
                };
                let push = Push { channel: channel.to_owned(), subscribe: Some(subscribe), ..Push::default() };
                queue(format, &outbox, &reply! { push: push });
            })
        });
        match made {
            Ok(()) => Ok(()),
            Err(Refused::Code(code)) => Err(code),
            // The app isn't called, so there is no error of its own.
            Err(Refused::Error(_)) => Err(ErrorCode::INTERNAL),
            Err(Refused::Close(close)) => {
                self.close(close);
                Ok(())
            }
        }
    }

    fn unsubscribe_by_order(&mut self, channel: String, unsubscribed: Unsubscribed, done: Done) {
        let Some(made) = self.once_made(&channel) else {
            self.push_unsubscribe(&channel, unsubscribed);
            let _ = done.send(Ok(()));
            return;
        };
        self.wait_beside(made, move |connection, made| {
            match made {
                Ok(()) => connection.push_unsubscribe(&channel, unsubscribed),
                Err(close) => connection.close(close),
            }
            let _ = done.send(Ok(()));
        });
    }

    fn refresh_by_order(&mut self, ServerRefresh { expired, expire_at, info }: ServerRefresh) {
        let refreshed = if expired {
            None
        } else {
            self.set_expiry(expire_at.and_then(|at| i64::try_from(at).ok()).unwrap_or_default(), info)
        };
        match refreshed {
            Some(refreshed) => {
                let refresh = Refresh { expires: refreshed.expires, ttl: refreshed.ttl };
                self.push(Push { refresh: Some(refresh), ..Push::default() });
            }
            None => self.close(Close::EXPIRED),
        }
    }
}
