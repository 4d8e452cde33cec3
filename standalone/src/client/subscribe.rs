//! The commands subscribe and unsubscribe, and server-side subscriptions.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use crate::app::payload;
use crate::codec::{Close, ErrorCode, Unsubscribed};
use crate::config::options::{Namespace, ProxyOptions};
use crate::hub::{Filter, Position, Recover, Subscription as HubSubscription};
use crate::proto::client::{Push, Reply, SubscribeRequest, SubscribeResult, UnsubscribeRequest, UnsubscribeResult};
use crate::proto::proxy;
use crate::token::{Namespaces, SubscriptionClaims, TokenError};
use crate::unix_time::now;

use super::Connection;
use super::grant::{Grant, overrides};
use super::reply::{Outcome, Refused, queue, reply, result};
use super::session::{Subscription, SubscriptionState};

/// The flag by which a client refuses a subscription without recovery.
const REJECT_UNRECOVERED: i64 = 2;

/// The types of subscriptions to maps, which no namespace has.
const MAPS: RangeInclusive<i32> = 1..=3;

/// The type of subscriptions to what the server polls, which no namespace has.
const SHARED_POLL: i32 = 4;

/// The longest time that an unsubscribe waits for the subscribe before it. Centrifugo closes the connection then, too.
const LONGEST_SUBSCRIBE: Duration = Duration::from_secs(5);

/// What a client's request adds to a grant.
#[derive(Default)]
pub(super) struct Requested {
    recover: Recover,
    filter: Option<Filter>,
    /// The bytes that others in the same reply have recovered.
    recovered: usize,
}

impl Requested {
    /// A server-side subscription that the client had before. It can't reject it.
    pub(super) fn of_reconnect(request: &SubscribeRequest) -> Self {
        Self::recovering(Recover { reject_unrecovered: false, ..recover(request) })
    }

    pub(super) fn recovering(recover: Recover) -> Self {
        Self { recover, ..Self::default() }
    }

    /// The same in a reply in which others have recovered so many bytes.
    pub(super) fn beside(self, recovered: usize) -> Self {
        Self { recovered, ..self }
    }
}

fn recover(request: &SubscribeRequest) -> Recover {
    Recover {
        is_requested: request.recover,
        since: Position { offset: request.offset, epoch: request.epoch.clone() },
        reject_unrecovered: request.flag & REJECT_UNRECOVERED != 0,
    }
}

impl Connection {
    pub(super) fn subscribe(&mut self, id: u32, request: SubscribeRequest) -> Outcome {
        let namespace = self.check_subscribe(&request)?;
        let channel = request.channel.clone();
        self.note_subscribing(&channel, &namespace);
        let outcome = self.authorize(id, request, &namespace);
        self.end_subscribe(&channel, outcome)
    }

    /// A subscription that isn't made leaves no trace. One that the server API has made meanwhile stays: the client has its
    /// push.
    pub(super) fn end_subscribe(&mut self, channel: &str, outcome: Outcome) -> Outcome {
        if outcome.is_err()
            && let Some(session) = self.session()
            && session.is_subscribing(channel)
        {
            session.channels.remove(channel);
        }
        outcome
    }

    /// The checks before a token or the app decides, in Centrifugo's order.
    fn check_subscribe(&mut self, request: &SubscribeRequest) -> Result<Arc<Namespace>, Refused> {
        let channel = request.channel.as_str();
        let (channels, limit) = (&self.engine.options.channel, self.engine.options.client.channel_limit);
        if channel.is_empty() {
            return Err(Close::BAD_REQUEST.into());
        }
        let is_map = MAPS.contains(&request.r#type);
        if request.r#type == SHARED_POLL {
            return Err(ErrorCode::NOT_AVAILABLE.into());
        }
        if !is_map && !matches!(request.delta.as_str(), "" | "fossil") {
            return Err(Close::BAD_REQUEST.into());
        }
        if channel.len() > channels.max_length {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        // Before a handler may take its time, in which the request is kept.
        if request.tf.as_ref().is_some_and(|filter| !Filter::is_small(filter)) {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let taken = self.session().map(|session| (session.channels.contains_key(channel), session.channels.len()));
        match taken {
            Some((true, _)) => return Err(ErrorCode::ALREADY_SUBSCRIBED.into()),
            Some((false, count)) if count >= limit => {
                self.engine.log.info("refusing a subscription with 106: the client has `client.channel_limit` of them");
                return Err(ErrorCode::LIMIT_EXCEEDED.into());
            }
            _ => {}
        }
        let namespace = self.namespace(channel)?;
        let channels = &self.engine.options.channel;
        if !channels.check_name(&namespace, channel) {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        if is_map || (channels.is_private(channel) && request.token.is_empty()) {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        Ok(namespace)
    }

    fn note_subscribing(&mut self, channel: &str, namespace: &Arc<Namespace>) {
        let subscription = Subscription {
            namespace: Arc::clone(namespace),
            state: SubscriptionState::Subscribing,
            is_server_side: false,
            is_of_token: false,
            expire_at: 0,
            refreshes_itself: false,
            waiting: Vec::new(),
            stream: None,
        };
        if let Some(session) = self.session() {
            session.channels.insert(channel.to_owned(), subscription);
        }
    }

    /// Decides by the token, the channel's name, the app, or the namespace.
    fn authorize(&mut self, id: u32, request: SubscribeRequest, namespace: &Arc<Namespace>) -> Outcome {
        let channels = &self.engine.options.channel;
        if !request.token.is_empty() {
            let grant = self.grant_of_token(&request, namespace)?;
            return self.finish_subscribe(id, &request, namespace, grant);
        }
        let user = self.caller.user.as_str();
        let limited = channels.limited_users(namespace, &request.channel);
        let is_limited = limited.is_some();
        // Also an anonymous client, if the list has an empty place.
        if limited.is_some_and(|mut users| users.any(|listed| listed == user)) {
            return self.finish_subscribe(id, &request, namespace, Grant::of(namespace));
        }
        if !is_limited && let Some(proxy) = namespace.subscribe.clone() {
            return self.subscribe_by_app(id, request, namespace, &proxy);
        }
        if !is_limited && let Some(stream) = namespace.subscribe_stream.clone() {
            return self.open_stream(id, request, namespace, &stream);
        }
        let is_open = !is_limited && namespace.allow_subscribe.reaches(!user.is_empty());
        if is_open || self.engine.options.client.insecure {
            return self.finish_subscribe(id, &request, namespace, Grant::of(namespace));
        }
        tracing::debug!(
            client = %self.caller.client, channel = %request.channel, namespace = %namespace.name,
            "no token, handler or option allows the client to subscribe"
        );
        Err(ErrorCode::PERMISSION_DENIED.into())
    }

    /// What a subscription token claims for the channel and this client. `invalid`: the refusal of one that is invalid.
    pub(super) fn subscription_claims(
        &self,
        channel: &str,
        token: &str,
        invalid: Refused,
    ) -> Result<SubscriptionClaims, Refused> {
        let is_known = |channel: &str| self.engine.options.channel.namespace_of(channel).is_some();
        let claims =
            self.engine.subscription_tokens().subscription(token, Namespaces(&is_known)).map_err(|error| match error {
                TokenError::Expired => ErrorCode::TOKEN_EXPIRED.into(),
                TokenError::Invalid(_) => invalid,
                TokenError::UnknownChannel => ErrorCode::UNKNOWN_CHANNEL.into(),
                TokenError::Unusable(_) => ErrorCode::INTERNAL.into(),
            })?;
        let is_other = claims.channel != channel || claims.user != self.caller.user;
        if is_other || claims.is_of_other_client(&self.caller.client) {
            return Err(Close::INVALID_TOKEN.into());
        }
        Ok(claims)
    }

    fn grant_of_token(&self, request: &SubscribeRequest, namespace: &Namespace) -> Result<Grant, Refused> {
        let denied = ErrorCode::PERMISSION_DENIED.into();
        let claims = self.subscription_claims(&request.channel, &request.token, denied)?;
        // As in Centrifugo, which lets such a subscription keep a position for the time of all channels.
        let meta_ttl = Some(self.engine.options.channel.history_meta_ttl);
        let expire_at = claims.expire_at.unwrap_or_default();
        Ok(Grant { expire_at, meta_ttl, ..Grant::of_token(namespace, &claims.options) })
    }

    /// Calls the app, which alone decides: the options of the client's request are not read.
    fn subscribe_by_app(
        &mut self,
        id: u32,
        request: SubscribeRequest,
        namespace: &Arc<Namespace>,
        proxy: &ProxyOptions,
    ) -> Outcome {
        let call = self.engine.app.subscribe(proxy, &self.caller, self.subscribe_message(&request, proxy));
        let namespace = Arc::clone(namespace);
        self.wait(id, call, move |connection, response| {
            let outcome = response.map_err(Refused::from).and_then(|response| {
                let grant = grant_of_app(&namespace, response)?;
                connection.subscribe_client_side(id, &request, &namespace, grant)
            });
            connection.end_subscribe(&request.channel, outcome)
        });
        Ok(None)
    }

    pub(super) fn subscribe_message(&self, request: &SubscribeRequest, proxy: &ProxyOptions) -> proxy::SubscribeRequest {
        let payload_fields = proxy.payload_fields(request.data.clone());
        proxy::SubscribeRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            user: self.caller.user.clone(),
            channel: request.channel.clone(),
            data: payload_fields.data,
            b64data: payload_fields.b64data,
            meta: proxy.meta(&self.caller),
            ..proxy::SubscribeRequest::default()
        }
    }

    /// Adds the options that the client requests, as far as it may have them.
    fn finish_subscribe(
        &mut self,
        id: u32,
        request: &SubscribeRequest,
        namespace: &Arc<Namespace>,
        mut grant: Grant,
    ) -> Outcome {
        let is_known = !self.caller.user.is_empty();
        let insecure = self.engine.options.client.insecure;
        let reads_history = namespace.allow_history.reaches_subscriber(is_known) || insecure;
        let reads_presence = namespace.allow_presence.reaches_subscriber(is_known) || insecure;
        grant.positioning |= request.positioned && (namespace.allow_positioning || reads_history);
        grant.recovery |= request.recoverable && (namespace.allow_recovery || reads_history);
        grant.push_join_leave |= request.join_leave && namespace.join_leave && reads_presence;
        grant.refreshes_itself = namespace.sub_refresh.is_none();
        let grant = grant.with_cache_of(namespace);
        self.subscribe_client_side(id, request, namespace, grant)
    }

    /// Makes a subscription, and replies.
    pub(super) fn subscribe_client_side(
        &mut self,
        id: u32,
        request: &SubscribeRequest,
        namespace: &Arc<Namespace>,
        grant: Grant,
    ) -> Outcome {
        ttl(&grant)?;
        if request.tf.is_some() && !grant.allows_tags_filter {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let filter = request.tf.clone().map(Filter::new).transpose()?;
        // Centrifugo doesn't note the subscription of an unknown type, and misses it here.
        let is_noted = request.r#type <= SHARED_POLL;
        // The server API may have subscribed the client meanwhile, and unsubscribed it: that is the last word.
        let is_wanted = self.session().is_some_and(|session| session.channels.contains_key(&request.channel));
        if !is_noted || !is_wanted {
            return Err(Close::SERVER_ERROR.into());
        }
        let requested = Requested { recover: recover(request), filter, recovered: 0 };
        let (format, outbox) = (self.format, Arc::clone(&self.outbox));
        self.enter_channel(&request.channel, namespace, grant, requested, false, |made| {
            queue(format, &outbox, &Reply { id, ..reply! { subscribe: made } });
        })?;
        Ok(None)
    }

    /// Makes a server-side subscription, whose result is in the connect reply or in a push.
    pub(super) fn subscribe_server_side(
        &mut self,
        channel: &str,
        namespace: &Arc<Namespace>,
        grant: Grant,
        requested: Requested,
    ) -> Result<SubscribeResult, Refused> {
        let mut result = SubscribeResult::default();
        self.enter_channel(channel, namespace, grant, requested, true, |made| result = made)?;
        Ok(result)
    }

    /// Subscribes the member to the channel. `reply` is called before others see its join.
    pub(super) fn enter_channel(
        &mut self,
        channel: &str,
        namespace: &Arc<Namespace>,
        grant: Grant,
        requested: Requested,
        is_server_side: bool,
        reply: impl FnOnce(SubscribeResult),
    ) -> Result<(), Refused> {
        let ttl = ttl(&grant)?;
        let engine = Arc::clone(&self.engine);
        let longest_recovery = self.outbox.longest_recovery().saturating_sub(requested.recovered);
        let Some(session) = self.session() else { return Ok(()) };
        let subscription = HubSubscription {
            chan_info: grant.info,
            data: grant.data,
            ttl: ttl.filter(|_| grant.refreshes_itself),
            positioned: grant.positioning,
            recoverable: grant.recovery,
            recover: requested.recover,
            auto_cache_recover: grant.auto_cache_recover,
            longest_recovery: Some(longest_recovery),
            ignores_cache: grant.ignores_cache,
            meta_ttl: grant.meta_ttl,
            presence: grant.presence,
            join_leave: grant.join_leave,
            push_join_leave: grant.push_join_leave,
            tags_filter: requested.filter,
        };
        engine.hub.subscribe(channel, namespace, &session.member, subscription, reply)?;
        let stream = session.channels.remove(channel).and_then(|subscribing| subscribing.stream);
        session.channels.insert(
            channel.to_owned(),
            Subscription {
                namespace: Arc::clone(namespace),
                state: SubscriptionState::Subscribed,
                is_server_side,
                is_of_token: grant.is_of_token,
                expire_at: grant.expire_at.max(0),
                refreshes_itself: grant.refreshes_itself,
                waiting: Vec::new(),
                stream,
            },
        );
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, id: u32, request: UnsubscribeRequest) -> Outcome {
        if request.channel.is_empty() {
            return Err(Close::BAD_REQUEST.into());
        }
        let Some(made) = self.once_made(&request.channel) else {
            self.end_subscription(&request.channel);
            return Ok(Some(reply! { unsubscribe: UnsubscribeResult {} }));
        };
        self.hold_commands(true);
        self.wait(id, made, move |connection, made| {
            connection.hold_commands(false);
            made?;
            connection.end_subscription(&request.channel);
            Ok(Some(reply! { unsubscribe: UnsubscribeResult {} }))
        });
        Ok(None)
    }

    fn hold_commands(&mut self, is_unsubscribing: bool) {
        if let Some(session) = self.session() {
            session.is_unsubscribing = is_unsubscribing;
        }
    }

    /// Waits until a subscription that is being made has been made, or not. `None`: none is being made.
    pub(super) fn once_made(&mut self, channel: &str) -> Option<impl Future<Output = Result<(), Close>> + Send + use<>> {
        let session = self.session().filter(|session| session.is_subscribing(channel))?;
        let (sender, made) = oneshot::channel();
        session.channels.get_mut(channel)?.waiting.push(sender);
        Some(async { timeout(LONGEST_SUBSCRIBE, made).await.map(drop).map_err(|_| Close::SERVER_ERROR) })
    }

    /// Ends a subscription that has been made.
    pub(super) fn end_subscription(&mut self, channel: &str) -> bool {
        let engine = Arc::clone(&self.engine);
        let Some(session) = self.session() else { return false };
        if session.subscription(channel).is_none() {
            return false;
        }
        engine.hub.unsubscribe(channel, &session.member);
        session.channels.remove(channel);
        true
    }

    /// Ends a subscription, and pushes the reason.
    pub(super) fn push_unsubscribe(&mut self, channel: &str, unsubscribed: Unsubscribed) {
        self.end_subscription(channel);
        self.push(Push { channel: channel.to_owned(), unsubscribe: Some(unsubscribed.push()), ..Push::default() });
    }

    /// Looks whether the client still knows what it misses, in each channel, and keeps it so.
    pub(super) fn check_positions(&mut self) {
        let engine = Arc::clone(&self.engine);
        let Some(delay) = engine.options.client.channel_position_check_delay else { return };
        let Some(session) = self.session().filter(|session| session.positions_checked.elapsed() >= delay) else { return };
        session.positions_checked = Instant::now();
        let mut lost = Vec::new();
        for (channel, Subscription { namespace, .. }) in &session.channels {
            if !engine.hub.check_position(channel, &session.member, namespace.history_meta_ttl) {
                lost.push(channel.clone());
            }
        }
        for channel in lost {
            self.lose_position(&channel);
        }
    }

    /// Ends a subscription that the client has to begin anew, or the connection for one that the server has made.
    pub(super) fn lose_position(&mut self, channel: &str) {
        if self.session().is_some_and(|session| session.is_server_side(channel)) {
            self.close(Close::INSUFFICIENT_STATE);
        } else {
            self.push_unsubscribe(channel, Unsubscribed::INSUFFICIENT_STATE);
        }
    }

    pub(super) fn push(&mut self, push: Push) {
        queue(self.format, &self.outbox, &reply! { push: push });
    }
}

/// The seconds until a subscription expires, if it does. Unlike those of connections they have no limit but that of 32 bits,
/// of which Centrifugo keeps the lower ones.
fn ttl(grant: &Grant) -> Result<Option<u32>, Refused> {
    match grant.expire_at {
        ..=0 => Ok(None),
        expire_at if expire_at <= now() => Err(ErrorCode::EXPIRED.into()),
        expire_at => Ok(Some((expire_at - now()) as u32)),
    }
}

/// What the app grants. Nothing at all in the reply is a yes.
pub(super) fn grant_of_app(namespace: &Namespace, response: proxy::SubscribeResponse) -> Result<Grant, Refused> {
    let proxy::SubscribeResponse { result: granted, error, disconnect } = response;
    let granted = result(disconnect, error, granted)?.unwrap_or_default();
    let grant = Grant {
        info: payload(granted.info, &granted.b64info)?,
        data: payload(granted.data, &granted.b64data)?,
        expire_at: granted.expire_at,
        refreshes_itself: namespace.sub_refresh.is_none(),
        ..Grant::of(namespace)
    };
    Ok(grant.overridden(&overrides(granted.r#override)).with_cache_of(namespace))
}
