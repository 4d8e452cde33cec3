//! The expiry of connections and subscriptions: the commands refresh and sub_refresh, and the app's calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::app::{CallFailed, payload};
use crate::codec::{Close, ErrorCode, Unsubscribed};
use crate::config::options::ProxyOptions;
use crate::proto::client::{RefreshRequest, RefreshResult, SubRefreshRequest, SubRefreshResult};
use crate::proto::proxy;
use crate::unix_time::{expiry, now, seconds_until};

use super::Connection;
use super::grant::Grant;
use super::reply::{Outcome, Refused, reply};
use super::session::{Session, SubscriptionState};

/// The time after which the app is called again, if it has not responded, in seconds.
const CALL_AGAIN: i64 = 60;

/// What a refresh changes. `None`: nothing goes on.
struct Refreshed {
    /// In Unix seconds. 0: no expiry.
    expire_at: i64,
    info: Bytes,
    meta: Bytes,
}

impl Connection {
    // The connection.

    pub(super) fn refresh(&mut self, request: &RefreshRequest) -> Outcome {
        let refreshes_itself = self.engine.options.client.refresh.is_none();
        if request.token.is_empty() || !refreshes_itself {
            return Err(Close::BAD_REQUEST.into());
        }
        let claims = self.connection_claims(&request.token, Close::EXPIRED.into())?;
        if claims.user != self.caller.user {
            return Err(Close::INVALID_TOKEN.into());
        }
        let channels = self.channels_of_token(&claims)?;
        self.set_meta(&claims.meta.unwrap_or_default());
        if self.session().is_some_and(|session| has_other_channels(session, &channels)) {
            // The client connects again, and has the token's channels then.
            return Err(Close::INSUFFICIENT_STATE.into());
        }
        let expire_at = expiry(claims.expire_at.unwrap_or_default());
        let ttl = connection_ttl(expire_at)?;
        // A token without an expiry is accepted, and changes neither that of the connection nor its info.
        if expire_at > 0 {
            let grace = self.engine.options.client.expired_close_delay;
            self.apply(Refreshed { expire_at, info: claims.info, meta: Bytes::new() }, grace);
        }
        let refreshed = RefreshResult { expires: expire_at > 0, ttl, ..RefreshResult::default() };
        Ok(Some(reply! { refresh: refreshed }))
    }

    /// Sets another expiry, which has a time of grace, and what others see of the connection.
    fn apply(&mut self, Refreshed { expire_at, info, meta }: Refreshed, grace: Duration) {
        self.set_meta(&meta);
        self.set_conn_info(&info);
        if let Some(session) = self.session() {
            session.expire_at = expire_at;
        }
        self.schedule_expiry(expire_at, grace);
    }

    /// Replaces the meta, unless it is empty.
    pub(super) fn set_meta(&mut self, meta: &[u8]) {
        if !meta.is_empty() {
            // A copy: what a message has is a slice of its whole buffer.
            self.caller.meta = Bytes::copy_from_slice(meta);
        }
    }

    /// Replaces what others see of the connection, unless it is empty. Presence shows it from its next update on.
    fn set_conn_info(&mut self, info: &[u8]) {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session().filter(|_| !info.is_empty()) else { return };
        for channel in session.channels.keys() {
            engine.hub.keep_presence(channel, &session.member);
        }
        session.keeps_presence = true;
        session.member.set_conn_info(info);
    }

    /// Handles a connection that has expired: the app decides whether it goes on, or else it ends.
    pub(super) fn expire(&mut self) {
        match self.engine.options.client.refresh.clone() {
            Some(proxy) => self.refresh_by_app(&proxy),
            None => self.close(Close::EXPIRED),
        }
    }

    fn refresh_by_app(&mut self, proxy: &ProxyOptions) {
        let message = proxy::RefreshRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            user: self.caller.user.clone(),
            meta: proxy.meta(&self.caller),
            ..proxy::RefreshRequest::default()
        };
        let call = self.engine.app.refresh(proxy, &self.caller, message);
        self.wait_beside(call, |connection, response| match refreshed(response) {
            Ok(Some(refreshed)) => connection.apply(refreshed, Duration::ZERO),
            Ok(None) => connection.close(Close::EXPIRED),
            Err(close) => connection.close(close),
        });
    }

    /// Another expiry, which the server API sets. `None`: the connection has expired.
    pub(super) fn set_expiry(&mut self, expire_at: i64, info: Bytes) -> Option<RefreshResult> {
        let expire_at = expiry(expire_at);
        let ttl = connection_ttl(expire_at).ok()?;
        // The info counts only together with an expiry.
        let info = if expire_at > 0 { info } else { Bytes::new() };
        let grace = self.engine.options.client.expired_close_delay;
        self.apply(Refreshed { expire_at, info, meta: Bytes::new() }, grace);
        Some(RefreshResult { expires: expire_at > 0, ttl, ..RefreshResult::default() })
    }

    // Subscriptions.

    pub(super) fn sub_refresh(&mut self, request: &SubRefreshRequest) -> Outcome {
        if request.channel.is_empty() {
            return Err(Close::BAD_REQUEST.into());
        }
        let session = self.session().ok_or(Close::SERVER_ERROR)?;
        let subscription = session.subscription(&request.channel).ok_or(ErrorCode::PERMISSION_DENIED)?;
        if !subscription.refreshes_itself {
            return Err(Close::BAD_REQUEST.into());
        }
        if request.token.is_empty() {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        // An expired token is an error, so that the client makes another. (Centrifugo takes it for one without expiry.)
        let claims = self.subscription_claims(&request.channel, &request.token, Close::INVALID_TOKEN.into())?;
        let expire_at = expiry(claims.expire_at.unwrap_or_default());
        let ttl = ttl(expire_at)?;
        self.set_subscription(&request.channel, expire_at, Some(claims.options.info));
        Ok(Some(reply! { sub_refresh: SubRefreshResult { expires: expire_at > 0, ttl, ..SubRefreshResult::default() } }))
    }

    /// Changes a subscription's expiry, and what others see of the subscriber in the channel.
    fn set_subscription(&mut self, channel: &str, expire_at: i64, info: Option<Bytes>) {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session() else { return };
        if let Some(info) = info {
            engine.hub.set_chan_info(channel, &session.member, &info);
            session.keeps_presence = true;
        }
        if let Some(subscription) = session.channels.get_mut(channel) {
            subscription.expire_at = expire_at;
        }
    }

    /// Lets presence show what refreshes have changed.
    pub(super) fn update_presence(&mut self) {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session() else { return };
        if std::mem::take(&mut session.keeps_presence) {
            for channel in session.channels.keys() {
                engine.hub.update_presence(channel, &session.member);
            }
        }
    }

    /// Ends subscriptions whose time is over.
    pub(super) fn check_subscriptions(&mut self) {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session() else { return };
        let late = now() - i64::try_from(engine.options.client.expired_sub_close_delay.as_secs()).unwrap_or(i64::MAX);
        let mut expired = Vec::new();
        for (channel, subscription) in &session.channels {
            let is_late = subscription.expire_at > 0 && late > subscription.expire_at;
            if is_late && subscription.state == SubscriptionState::Subscribed {
                expired.push(channel.clone());
            }
        }
        for channel in expired {
            self.expire_subscription(channel);
        }
    }

    fn expire_subscription(&mut self, channel: String) {
        let Some(subscription) = self.session().and_then(|session| session.channels.get_mut(&channel)) else { return };
        let proxy = subscription.namespace.sub_refresh.clone().filter(|_| !subscription.refreshes_itself);
        match proxy {
            Some(proxy) => {
                subscription.state = SubscriptionState::Refreshing;
                self.sub_refresh_by_app(channel, &proxy);
            }
            None => self.end_expired(&channel),
        }
    }

    fn end_expired(&mut self, channel: &str) {
        let is_server_side = self.session().is_some_and(|session| session.is_server_side(channel));
        if is_server_side {
            self.close(Close::SUBSCRIPTION_EXPIRED);
        } else {
            self.push_unsubscribe(channel, Unsubscribed::EXPIRED);
        }
    }

    fn sub_refresh_by_app(&mut self, channel: String, proxy: &ProxyOptions) {
        let message = proxy::SubRefreshRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            user: self.caller.user.clone(),
            channel: channel.clone(),
            meta: proxy.meta(&self.caller),
            ..proxy::SubRefreshRequest::default()
        };
        let call = self.engine.app.sub_refresh(proxy, &self.caller, message);
        self.wait_beside(call, move |connection, response| {
            // The subscription may have ended during the call, and been made anew.
            let subscription = connection.session().and_then(|session| session.channels.get_mut(&channel));
            let Some(subscription) = subscription.filter(|found| found.state == SubscriptionState::Refreshing) else {
                return;
            };
            subscription.state = SubscriptionState::Subscribed;
            match sub_refreshed(response) {
                Some(Refreshed { expire_at, info, .. }) => {
                    connection.set_subscription(&channel, expire_at, Some(info).filter(|info| !info.is_empty()));
                }
                None => connection.end_expired(&channel),
            }
        });
    }
}

/// The seconds until a connection expires; 0 if it doesn't.
fn connection_ttl(expire_at: i64) -> Result<u32, Refused> {
    match ttl(expire_at) {
        Ok(0) if expire_at > 0 => Err(ErrorCode::EXPIRED.into()),
        ttl => ttl,
    }
}

/// The seconds until an expiry; 0 if there is none.
fn ttl(expire_at: i64) -> Result<u32, Refused> {
    if expire_at == 0 { Ok(0) } else { Ok(seconds_until(expire_at).ok_or(ErrorCode::EXPIRED)?) }
}

/// Whether a new token has other server-side subscriptions than the connection.
fn has_other_channels(session: &Session, channels: &BTreeMap<String, Grant>) -> bool {
    let mut of_token = session.channels.iter().filter(|(_, subscription)| subscription.is_of_token);
    channels.keys().any(|channel| !session.is_subscribed(channel))
        || of_token.any(|(channel, _)| !channels.contains_key(channel))
}

/// What the app's reply to refresh changes. Errors and disconnects in it have no effect. `None`: the connection has expired.
fn refreshed(response: Result<proxy::RefreshResponse, CallFailed>) -> Result<Option<Refreshed>, Close> {
    let Ok(response) = response else { return Ok(Some(called_again())) };
    let Some(result) = response.result.filter(|result| !result.expired && result.expire_at > now()) else {
        return Ok(None);
    };
    let info = payload(result.info, &result.b64info).map_err(|_| Close::SERVER_ERROR)?;
    Ok(Some(Refreshed { expire_at: expiry(result.expire_at), info, meta: result.meta }))
}

/// What the app's reply to sub_refresh changes. `None`: the subscription has expired. Without an expiry it never does again.
fn sub_refreshed(response: Result<proxy::SubRefreshResponse, CallFailed>) -> Option<Refreshed> {
    let Ok(response) = response else { return Some(called_again()) };
    let result = response.result.filter(|result| !result.expired)?;
    let expire_at = expiry(result.expire_at);
    if expire_at > 0 && expire_at < now() {
        return None;
    }
    let info = payload(result.info, &result.b64info).ok()?;
    Some(Refreshed { expire_at, info, meta: Bytes::new() })
}

/// An app that doesn't respond ends nothing.
fn called_again() -> Refreshed {
    Refreshed { expire_at: now() + CALL_AGAIN, info: Bytes::new(), meta: Bytes::new() }
}
