use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::Serialize;

use super::client::Client;
use super::draft::drafted;
use super::facets::facets;
use super::facts::{Facts, Proxy, SubscriptionType};
use super::into_reply::{may_return, returns_reply};
use super::{Event, Malformed, Refusal, Sealed, Wire};
use crate::event::kind::Kind;
use crate::names::id::{Channel, UserId};
use crate::reject::Reject;
use crate::reply::expiry::Expiry;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::wire;

/// A sub_refresh event: a subscription expires, at the time that `subscribe` or an earlier sub_refresh has set.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SubRefresh {
    /// The connection.
    pub client: Client,
    /// Its user.
    pub user: UserId,
    /// The channel of the subscription.
    pub channel: Channel,
    /// The connection's meta, as `connect` or `refresh` has set it; empty unless the proxy has `include_connection_meta`.
    pub meta: Bytes,
    /// Labels of the connection (Centrifugo PRO).
    pub labels: HashMap<String, String>,
}

/// The reply to [`SubRefresh`]: extends the subscription's lifetime, or ends the subscription.
///
/// ```
/// use centrifugo::SubRefreshed;
///
/// SubRefreshed::for_secs(60);    // Centrifugo calls again in a minute or two
/// SubRefreshed::never_expires(); // Centrifugo doesn't call again
/// SubRefreshed::expired();       // unsubscribed with 2501; the SDK subscribes again
/// ```
#[derive(Debug)]
#[must_use = "a reply does nothing until the handler returns it"]
pub struct SubRefreshed {
    term: Term,
    info: Payload,
}

#[derive(Debug, Clone, Copy)]
enum Term {
    Until(Expiry),
    Never,
    Expired,
}

impl SubRefreshed {
    /// Extends the lifetime by so many seconds. 0 fails the call. Centrifugo calls again 25 to 53 seconds after that
    /// (`client.expired_sub_close_delay` and `client.presence_update_interval`).
    pub fn for_secs(seconds: u64) -> Self {
        Self::for_duration(Duration::from_secs(seconds))
    }

    /// Extends the lifetime by a duration, rounded up to whole seconds.
    pub fn for_duration(lifetime: Duration) -> Self {
        Self::with(Term::Until(Expiry::after(lifetime)))
    }

    /// Extends the lifetime to a time. It must be in the future, or the call fails.
    pub fn until(time: SystemTime) -> Self {
        Self::with(Term::Until(Expiry::at(time)))
    }

    /// Extends the lifetime to that of the connection; Centrifugo doesn't call again.
    pub fn never_expires() -> Self {
        Self::with(Term::Never)
    }

    /// Ends the subscription: Centrifugo unsubscribes the client with 2501. SDKs subscribe again at once, so the subscribe
    /// handler must refuse the user, too.
    pub fn expired() -> Self {
        Self::with(Term::Expired)
    }

    fn with(term: Term) -> Self {
        Self { term, info: Payload::Empty }
    }

    /// Replaces the info that others receive about this subscriber, as JSON.
    pub fn info<T: Serialize + ?Sized>(mut self, info: &T) -> Self {
        self.info = Payload::json(info);
        self
    }
}

impl Sealed for SubRefresh {
    const FACTS: Facts = Facts {
        rpc: "SubRefresh",
        attribute: "#[centrifugo::sub_refresh]",
        proxy: Some(Proxy::Channel("sub_refresh")),
        switch: Some("/sub_refresh_proxy_enabled"),
        absent_from: &[SubscriptionType::Stream],
        ..Facts::CHANNEL
    };

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }

    fn origin(&self) -> (Option<&Client>, Option<&UserId>) {
        (Some(&self.client), Some(&self.user))
    }
}

impl Event for SubRefresh {
    const KIND: Kind = Kind::SubRefresh;
    type Reply = SubRefreshed;
}

facets!(SubRefresh: client, user, channel);

may_return!(SubRefresh as SubRefreshReturn, "a sub_refresh handler can't return `{Self}`", "write `SubRefreshed`");
returns_reply!(SubRefresh => SubRefreshed);

impl Wire for SubRefresh {
    type Request = wire::SubRefreshRequest;
    type Response = wire::SubRefreshResponse;

    fn decode(request: Self::Request) -> Result<Self, Malformed> {
        let wire::SubRefreshRequest { client, transport, protocol, encoding, user, channel, meta, labels } = request;
        Ok(Self {
            client: Client::decode(Self::KIND, client, transport, &protocol, &encoding)?,
            user: UserId::new(user),
            channel: Channel::new(channel),
            meta,
            labels,
        })
    }

    // Centrifugo ignores errors here. After "expired" the client subscribes again, and the subscribe handler decides.
    fn no_match() -> Result<SubRefreshed, Reject> {
        Ok(SubRefreshed::expired())
    }

    fn encode(reply: SubRefreshed, format: PayloadFormat) -> Result<Self::Response, Reject> {
        let (info, b64info) = reply.info.encode("info", PayloadFormat { json: true, ..format })?;
        let expire_at = match reply.term {
            Term::Until(expiry) => expiry.unix()?,
            Term::Never | Term::Expired => 0,
        };
        let expired = matches!(reply.term, Term::Expired);
        let result = wire::SubRefreshResult { expired, expire_at, info, b64info };
        Ok(wire::SubRefreshResponse { result: Some(result), ..Default::default() })
    }

    // Centrifugo would read it as "no result" and end the subscription; after a failed call it calls again.
    fn refuse(_: Refusal) -> Option<Self::Response> {
        None
    }
}

drafted!(SubRefresh: SubRefreshRequest(client, transport, protocol, encoding, user, channel, meta));
