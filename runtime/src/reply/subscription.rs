//! Options of subscriptions: what client-side and server-side subscriptions share, and the latter's own.

use std::time::{Duration, SystemTime};

use crate::reject::Internal;
use crate::reply::expiry::Expiry;
use crate::reply::filter::Filter;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::wire;

/// Options that override the namespace's for one subscription. `None`: the namespace's value applies.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Overrides {
    pub(crate) presence: Option<bool>,
    pub(crate) join_leave: Option<bool>,
    pub(crate) force_recovery: Option<bool>,
    pub(crate) force_positioning: Option<bool>,
    pub(crate) force_push_join_leave: Option<bool>,
}

impl Overrides {
    pub(crate) fn encode(self) -> Option<wire::SubscribeOptionOverride> {
        let wrap = |value: Option<bool>| value.map(|value| wire::BoolValue { value });
        let all = wire::SubscribeOptionOverride {
            presence: wrap(self.presence),
            join_leave: wrap(self.join_leave),
            force_recovery: wrap(self.force_recovery),
            force_positioning: wrap(self.force_positioning),
            force_push_join_leave: wrap(self.force_push_join_leave),
        };
        (all != wire::SubscribeOptionOverride::default()).then_some(all)
    }
}

/// The builder methods that a client-side and a server-side subscription share.
macro_rules! subscription_methods {
    () => {
        /// Sets the info that others receive about this subscriber (presence, join and leave), as JSON.
        pub fn info<T: ::serde::Serialize + ?Sized>(mut self, info: &T) -> Self {
            self.info = $crate::reply::payload::Payload::json(info);
            self
        }

        /// Sets the data that the client receives with the subscription, as JSON.
        pub fn data<T: ::serde::Serialize + ?Sized>(mut self, data: &T) -> Self {
            self.data = $crate::reply::payload::Payload::json(data);
            self
        }

        /// Sets the data that the client receives with the subscription. For a client that speaks JSON, bytes that aren't
        /// JSON fail the call: Centrifugo would close the client permanently.
        pub fn raw_data(mut self, data: impl Into<::bytes::Bytes>) -> Self {
            self.data = $crate::reply::payload::Payload::raw(data);
            self
        }

        /// Overrides whether the channel's presence lists the subscriber.
        pub fn presence(mut self, on: bool) -> Self {
            self.overrides.presence = Some(on);
            self
        }

        /// Overrides whether Centrifugo publishes that the subscriber joins and leaves. Subscribers receive it if they or
        /// their namespace have [`force_push_join_leave`](Self::force_push_join_leave). An SDK's own `joinLeave: true` has
        /// no effect where a handler answers subscriptions.
        pub fn join_leave(mut self, on: bool) -> Self {
            self.overrides.join_leave = Some(on);
            self
        }

        /// Overrides whether Centrifugo recovers missed publications. Without effect in a namespace without history.
        pub fn force_recovery(mut self, on: bool) -> Self {
            self.overrides.force_recovery = Some(on);
            self
        }

        /// Overrides whether Centrifugo checks the position in the stream. Without effect in a namespace without history.
        pub fn force_positioning(mut self, on: bool) -> Self {
            self.overrides.force_positioning = Some(on);
            self
        }

        /// Overrides whether this subscriber receives who joins and leaves: those whose [`join_leave`](Self::join_leave), or
        /// namespace, publishes it.
        pub fn force_push_join_leave(mut self, on: bool) -> Self {
            self.overrides.force_push_join_leave = Some(on);
            self
        }

        /// Sets which publications this subscriber receives, by their tags. Centrifugo PRO; ignored by the open-source
        /// Centrifugo.
        pub fn tags_filter(mut self, filter: $crate::Filter) -> Self {
            self.tags_filter = Some(filter);
            self
        }
    };
}
pub(crate) use subscription_methods;

/// The options of a server-side subscription, for [`Connected::subscribe_with`](crate::Connected::subscribe_with).
///
/// ```
/// use centrifugo::{Connected, SubscribeOptions};
///
/// let options = SubscribeOptions::new().presence(true).data(&["welcome"]);
/// Connected::user("42").subscribe_with("news", options);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "options do nothing until a channel is subscribed with them"]
pub struct SubscribeOptions {
    expiry: Option<Expiry>,
    info: Payload,
    data: Payload,
    overrides: Overrides,
    tags_filter: Option<Filter>,
    cache_recover: bool,
}

impl SubscribeOptions {
    /// Creates options that override nothing.
    pub fn new() -> Self {
        Self::default()
    }

    subscription_methods!();

    /// Sets when the subscription expires. Centrifugo 6.9 ignores it: server-side subscriptions last as long as the
    /// connection.
    pub fn expire_at(mut self, time: SystemTime) -> Self {
        self.expiry = Some(Expiry::at(time));
        self
    }

    /// Sets how long the subscription lasts. Centrifugo 6.9 ignores it, like [`expire_at`](Self::expire_at).
    pub fn expire_in(mut self, lifetime: Duration) -> Self {
        self.expiry = Some(Expiry::after(lifetime));
        self
    }

    /// Makes Centrifugo deliver the channel's last publication at once. Needs the namespace's cache recovery mode.
    pub fn cache_recover(mut self) -> Self {
        self.cache_recover = true;
        self
    }

    pub(crate) fn encode(self, format: PayloadFormat) -> Result<wire::SubscribeOptions, Internal> {
        let (info, b64info) = self.info.encode("info", format)?;
        let (data, b64data) = self.data.encode("data", format)?;
        Ok(wire::SubscribeOptions {
            expire_at: self.expiry.map(Expiry::unix).transpose()?.unwrap_or_default(),
            info,
            b64info,
            data,
            b64data,
            r#override: self.overrides.encode(),
            server_tags_filter: self.tags_filter.map(Filter::encode),
            cache_recover: self.cache_recover,
        })
    }
}
