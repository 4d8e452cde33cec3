//! The connect command: who the client is, and its server-side subscriptions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::app::{CallFailed, payload};
use crate::codec::{Close, ErrorCode};
use crate::config::options::Namespace;
use crate::hub::{Member, TooManyConnections, length};
use crate::proto::client::{ConnectRequest, ConnectResult, SubscribeRequest, SubscribeResult};
use crate::proto::proxy;
use crate::token::{ConnectionClaims, Namespaces, TokenError};
use crate::unix_time::{expiry, now_ms, seconds_until};

use super::grant::Grant;
use super::reply::{Outcome, Refused, encode, reply, result};
use super::session::Session;
use super::subscribe::Requested;
use super::{Connection, Node, Phase};

/// Who a client is, and what it is granted.
#[derive(Default)]
struct Identity {
    user: String,
    /// What others see of the connection.
    info: Bytes,
    meta: Bytes,
    /// What the client receives with the reply.
    data: Bytes,
    /// In Unix seconds. 0 and less: the connection doesn't expire.
    expire_at: i64,
    channels: BTreeMap<String, Grant>,
    /// Whether the client's requests for server-side subscriptions count.
    grants_requested: bool,
}

/// The server-side subscriptions that the connect command requests, by their channels.
type RequestedChannels = HashMap<String, SubscribeRequest>;

impl Connection {
    pub(super) fn connect(&mut self, id: u32, request: ConnectRequest) -> Outcome {
        self.phase = Phase::Connecting;
        let outcome = self.identify(id, request);
        if outcome.is_err() { self.fail_to_connect(id, outcome) } else { outcome }
    }

    /// Identifies the client: by its token, or by the app, or else as anonymous.
    fn identify(&mut self, id: u32, request: ConnectRequest) -> Outcome {
        let options = &self.engine.options.client;
        self.caller.emulated = self.engine.forwarded.of_connect(request.headers);
        let requested = request.subs;
        // They are kept while the handler takes its time, and no client had more.
        if requested.len() > options.channel_limit {
            return Err(Close::CHANNEL_LIMIT.into());
        }
        if !request.token.is_empty() {
            let identity = self.identity_of_token(&request.token)?;
            return self.accept(id, Some(identity), requested);
        }
        let Some(proxy) = options.connect.clone() else { return self.accept(id, None, requested) };
        let payload_fields = proxy.payload_fields(request.data);
        let message = proxy::ConnectRequest {
            client: self.caller.client.clone(),
            transport: self.caller.transport(),
            protocol: self.caller.protocol.to_owned(),
            encoding: proxy.encoding().to_owned(),
            data: payload_fields.data,
            b64data: payload_fields.b64data,
            name: request.name,
            version: request.version,
            channels: requested.keys().cloned().collect(),
        };
        let call = self.engine.app.connect(&proxy, &self.caller, message);
        self.wait(id, call, move |connection, response| {
            let outcome = connection.identity_of_app(response).and_then(|found| connection.accept(id, found, requested));
            if outcome.is_err() { connection.fail_to_connect(id, outcome) } else { outcome }
        });
        Ok(None)
    }

    /// No command of the client is executed any more. An error reply leaves the connection open, as Centrifugo does.
    fn fail_to_connect(&mut self, id: u32, outcome: Outcome) -> Outcome {
        if let Phase::Connected(_) = self.phase {
            self.leave();
        }
        (self.backlog, self.orders) = (None, None);
        self.phase = Phase::Failed;
        self.timers.connect_has_failed();
        self.conclude(id, outcome);
        Ok(None)
    }

    fn identity_of_token(&self, token: &str) -> Result<Identity, Refused> {
        let claims = self.connection_claims(token, ErrorCode::TOKEN_EXPIRED.into())?;
        let options = &self.engine.options.client;
        if claims.user.is_empty() && options.disallow_anonymous_connection_tokens {
            return Err(Close::PERMISSION_DENIED.into());
        }
        let channels = self.channels_of_token(&claims)?;
        Ok(Identity {
            user: claims.user,
            info: claims.info,
            meta: claims.meta.unwrap_or_default(),
            expire_at: if options.insecure { 0 } else { claims.expire_at.unwrap_or_default() },
            channels,
            grants_requested: true,
            ..Identity::default()
        })
    }

    /// The user in a header of the HTTP request, which the proxy in front of the engine has authenticated.
    fn identity_of_header(&self) -> Option<Identity> {
        let header = self.engine.options.client.user_id_http_header.as_ref()?;
        // Not `to_str`, which has ASCII alone.
        let user = str::from_utf8(self.caller.headers.get(header)?.as_bytes()).ok().filter(|user| !user.is_empty())?;
        Some(Identity { user: user.to_owned(), ..Identity::default() })
    }

    /// What a connection token claims. `expired`: the refusal of one that has expired.
    pub(super) fn connection_claims(&self, token: &str, expired: Refused) -> Result<ConnectionClaims, Refused> {
        let is_known = |channel: &str| self.engine.options.channel.namespace_of(channel).is_some();
        self.engine.connection_tokens.connection(token, Namespaces(&is_known)).map_err(|error| match error {
            TokenError::Expired => expired,
            TokenError::Invalid(_) => Close::INVALID_TOKEN.into(),
            TokenError::UnknownChannel => ErrorCode::UNKNOWN_CHANNEL.into(),
            TokenError::Unusable(_) => ErrorCode::INTERNAL.into(),
        })
    }

    /// The server-side subscriptions of a connection token.
    pub(super) fn channels_of_token(&self, claims: &ConnectionClaims) -> Result<BTreeMap<String, Grant>, Refused> {
        let mut channels = BTreeMap::new();
        for (channel, options) in &claims.subscriptions {
            let namespace = self.namespace(channel)?;
            let grant = Grant { is_of_token: true, ..Grant::of_token(&namespace, options) };
            channels.insert(channel.clone(), grant);
        }
        Ok(channels)
    }

    /// `None`: the app's reply has no result.
    fn identity_of_app(&self, response: Result<proxy::ConnectResponse, CallFailed>) -> Result<Option<Identity>, Refused> {
        let proxy::ConnectResponse { result: granted, error, disconnect } = response?;
        let Some(granted) = result(disconnect, error, granted)? else { return Ok(None) };
        let mut channels = BTreeMap::new();
        for channel in granted.channels {
            let grant = Grant::of(&*self.namespace(&channel)?);
            channels.insert(channel, grant);
        }
        for (channel, options) in granted.subs {
            let grant = Grant::of_app(&*self.namespace(&channel)?, options)?;
            channels.insert(channel, grant);
        }
        Ok(Some(Identity {
            user: granted.user,
            info: payload(granted.info, &granted.b64info)?,
            meta: granted.meta,
            data: payload(granted.data, &granted.b64data)?,
            expire_at: granted.expire_at,
            channels,
            grants_requested: false,
        }))
    }

    /// The namespace of a channel, which the app or a token names.
    pub(super) fn namespace(&self, channel: &str) -> Result<Arc<Namespace>, Refused> {
        let found = self.engine.options.channel.namespace_of(channel);
        found.map(Arc::clone).ok_or_else(|| ErrorCode::UNKNOWN_CHANNEL.into())
    }

    /// Accepts the client, makes its server-side subscriptions, and replies.
    fn accept(&mut self, id: u32, identity: Option<Identity>, requested: RequestedChannels) -> Outcome {
        let options = &self.engine.options.client;
        let anonymous = options.allow_anonymous_connect_without_token || options.insecure;
        let identity = identity.or_else(|| anonymous.then(|| Identity { grants_requested: true, ..Identity::default() }));
        let identity = match identity {
            Some(identity) => Some(self.with_channels(identity, &requested)?),
            // As in Centrifugo, which grants a user of a header nothing else.
            None => self.identity_of_header(),
        };
        let mut identity = identity.ok_or(Close::BAD_REQUEST)?;
        identity.channels.remove("");
        if identity.channels.len() > self.engine.options.client.channel_limit {
            return Err(Close::CHANNEL_LIMIT.into());
        }
        let expire_at = expiry(identity.expire_at);
        self.enter(&identity, expire_at)?;
        let ttl = if expire_at > 0 { Some(seconds_until(expire_at).ok_or(ErrorCode::EXPIRED)?) } else { None };
        let subs = self.subscribe_all(identity.channels, &requested)?;
        self.reply_to_connect(id, identity.data, ttl, subs)
    }

    /// Adds the channels that nobody has named for the client.
    fn with_channels(&self, mut identity: Identity, requested: &RequestedChannels) -> Result<Identity, Refused> {
        self.grant_personal_channel(&mut identity);
        if identity.grants_requested {
            self.grant_requested(&mut identity, requested)?;
        }
        Ok(identity)
    }

    /// The user's personal channel, which nobody has to grant.
    fn grant_personal_channel(&self, identity: &mut Identity) {
        let channels = &self.engine.options.channel;
        let Some(personal) = self.engine.options.client.personal_channel.as_ref().filter(|_| !identity.user.is_empty())
        else {
            return;
        };
        let channel = channels.personal(personal, &identity.user);
        if personal.single_connection && self.engine.hub.presence_stats(&channel).0 > 0 {
            for member in self.engine.hub.members_of(&identity.user) {
                member.outbox.close(Close::CONNECTION_LIMIT);
            }
        }
        if let Some(namespace) = channels.namespace_of(&channel) {
            identity.channels.insert(channel, Grant::of(namespace));
        }
    }

    /// Grants the server-side subscriptions that the client requests, as far as it could subscribe by itself.
    fn grant_requested(&self, identity: &mut Identity, requested: &RequestedChannels) -> Result<(), Refused> {
        let (channels, client) = (&self.engine.options.channel, &self.engine.options.client);
        for channel in requested.keys() {
            let namespace = channels.namespace_of(channel).ok_or(Close::BAD_REQUEST)?;
            let is_open =
                !channels.is_private(channel) && namespace.subscribe.is_none() && channels.check_name(namespace, channel);
            let is_known = !identity.user.is_empty();
            let is_allowed = match channels.limited_users(namespace, channel) {
                Some(mut users) => (is_known && users.any(|user| user == identity.user)) || client.insecure,
                None => namespace.allow_subscribe.reaches(is_known) || client.insecure,
            };
            if is_open && is_allowed {
                identity.channels.entry(channel.clone()).or_insert_with(|| Grant::of(namespace));
            }
        }
        Ok(())
    }

    /// Makes the client a member of the hub.
    fn enter(&mut self, identity: &Identity, expire_at: i64) -> Result<(), Refused> {
        self.caller.user.clone_from(&identity.user);
        self.set_meta(&identity.meta);
        let (member, orders) = Member::new(
            self.caller.client.as_str(),
            identity.user.as_str(),
            self.format,
            Arc::clone(&self.outbox),
            &identity.info,
        );
        self.engine.hub.join(&member).map_err(|limit| match limit {
            // SDKs connect again after it, unlike after that of a user.
            TooManyConnections::InAll => Close::TOO_MANY_REQUESTS,
            TooManyConnections::OfUser => Close::CONNECTION_LIMIT,
        })?;
        self.orders = Some(orders);
        self.phase = Phase::Connected(Box::new(Session::new(member, expire_at)));
        Ok(())
    }

    fn subscribe_all(
        &mut self,
        channels: BTreeMap<String, Grant>,
        requested: &RequestedChannels,
    ) -> Result<HashMap<String, SubscribeResult>, Refused> {
        let mut subs = HashMap::with_capacity(channels.len());
        let mut recovered = 0;
        for (channel, grant) in channels {
            let namespace = self.namespace(&channel)?;
            let requested = requested.get(&channel).map_or_else(Requested::default, Requested::of_reconnect);
            let (grant, requested) = (grant.with_cache_of(&namespace), requested.beside(recovered));
            let made = self.subscribe_server_side(&channel, &namespace, grant, requested)?;
            recovered += length(&made.publications);
            subs.insert(channel, made);
        }
        Ok(subs)
    }

    fn reply_to_connect(
        &mut self,
        id: u32,
        data: Bytes,
        ttl: Option<u32>,
        subs: HashMap<String, SubscribeResult>,
    ) -> Outcome {
        let options = &self.engine.options.client;
        // The app refreshes the connection, or the client does.
        let refreshes_itself = options.refresh.is_none();
        let ttl = ttl.filter(|_| refreshes_itself);
        let connected = ConnectResult {
            client: self.caller.client.clone(),
            version: Node::VERSION.to_owned(),
            expires: ttl.is_some(),
            ttl: ttl.unwrap_or_default(),
            data,
            subs,
            ping: self.timers.announced_ping(),
            pong: self.timers.announces_pongs(),
            time: if options.connect_include_server_time { now_ms() } else { 0 },
            ..ConnectResult::default()
        };
        let connected = crate::proto::client::Reply { id, ..reply! { connect: connected } };
        self.outbox.release(encode(self.format, &self.outbox, &connected)?);
        let expire_at = self.session().map_or(0, |session| session.expire_at);
        self.timers.has_connected();
        // The app is asked at once, and a client that refreshes itself has time for it.
        let grace = if refreshes_itself { self.engine.options.client.expired_close_delay } else { Duration::ZERO };
        self.schedule_expiry(expire_at, grace);
        Ok(None)
    }
}
