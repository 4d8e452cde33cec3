//! What a subscription is granted with: overrides of the namespace's options, and the filters and capabilities of Centrifugo PRO.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::reject::Internal;
use crate::reply::expiry::Expiry;
use crate::reply::payload::{Payload, PayloadFormat};
use crate::wire;

/// Options of the namespace, replaced for one subscription. `None`: the namespace's value stays.
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
macro_rules! grant_methods {
    () => {
        /// What others see of this subscriber in the channel (presence, join and leave), as JSON.
        pub fn info<T: ::serde::Serialize + ?Sized>(mut self, info: &T) -> Self {
            self.info = $crate::reply::payload::Payload::json(info);
            self
        }

        /// What the client is given with the subscription, as JSON.
        pub fn data<T: ::serde::Serialize + ?Sized>(mut self, data: &T) -> Self {
            self.data = $crate::reply::payload::Payload::json(data);
            self
        }

        /// What the client is given with the subscription. Bytes that aren't JSON fail the call for a client that speaks
        /// JSON: Centrifugo would close it permanently.
        pub fn raw_data(mut self, data: impl Into<::bytes::Bytes>) -> Self {
            self.data = $crate::reply::payload::Payload::raw(data);
            self
        }

        /// Whether the subscriber is listed in the channel's presence, whatever the namespace says.
        pub fn presence(mut self, on: bool) -> Self {
            self.overrides.presence = Some(on);
            self
        }

        /// Whether joining and leaving are published to the channel, whatever the namespace says. Who receives that is another
        /// question: subscribers with [`force_push_join_leave`](Self::force_push_join_leave), or of a namespace that has it. An
        /// SDK's own `joinLeave: true` has no effect where the app answers subscriptions.
        pub fn join_leave(mut self, on: bool) -> Self {
            self.overrides.join_leave = Some(on);
            self
        }

        /// Whether missed publications are recovered, whatever the namespace says. A namespace without history
        /// accepts it, and recovers nothing.
        pub fn force_recovery(mut self, on: bool) -> Self {
            self.overrides.force_recovery = Some(on);
            self
        }

        /// Whether the position in the stream is checked, whatever the namespace says. A namespace without
        /// history accepts it, and checks nothing.
        pub fn force_positioning(mut self, on: bool) -> Self {
            self.overrides.force_positioning = Some(on);
            self
        }

        /// Whether this subscriber receives who joins and leaves, whatever the namespace says. What
        /// [`join_leave`](Self::join_leave) publishes, is received.
        pub fn force_push_join_leave(mut self, on: bool) -> Self {
            self.overrides.force_push_join_leave = Some(on);
            self
        }

        /// Which publications reach this subscriber, by their tags. Centrifugo PRO; ignored by the open-source Centrifugo.
        pub fn tags_filter(mut self, filter: $crate::Filter) -> Self {
            self.tags_filter = Some(filter);
            self
        }
    };
}
pub(crate) use grant_methods;

/// Options of one server-side subscription, for [`Connected::subscribe_with`](crate::Connected::subscribe_with).
///
/// ```
/// use centrifugo::{Connected, SubscribeOptions};
///
/// Connected::user("42").subscribe_with("news", SubscribeOptions::new().presence(true).data(&["welcome"]));
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
    /// The namespace's options.
    pub fn new() -> Self {
        Self::default()
    }

    grant_methods!();

    /// When the subscription ends. Centrifugo 6.9 ignores it: subscriptions granted by connect live as long as the connection.
    pub fn expire_at(mut self, time: SystemTime) -> Self {
        self.expiry = Some(Expiry::at(time));
        self
    }

    /// How long the subscription lives. Centrifugo 6.9 ignores it, like [`expire_at`](Self::expire_at).
    pub fn expire_in(mut self, lifetime: Duration) -> Self {
        self.expiry = Some(Expiry::after(lifetime));
        self
    }

    /// Delivers the channel's last publication at once. Needs the namespace's cache recovery mode.
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

/// Channels, and what a client may do in them. Centrifugo PRO; ignored by the open-source Centrifugo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    channels: Vec<String>,
    allow: Vec<String>,
    matching: String,
}

impl Capability {
    /// Grants `allow` (`sub`, `pub`, `prs`, `hst`) in `channels`.
    pub fn new<C, A>(channels: C, allow: A) -> Self
    where
        C: IntoIterator<Item: Into<String>>,
        A: IntoIterator<Item: Into<String>>,
    {
        Self {
            channels: channels.into_iter().map(Into::into).collect(),
            allow: allow.into_iter().map(Into::into).collect(),
            matching: String::new(),
        }
    }

    /// How the channels are compared: `wildcard` or `regex` instead of exactly.
    #[must_use]
    pub fn matching(mut self, how: impl Into<String>) -> Self {
        self.matching = how.into();
        self
    }

    pub(crate) fn encode(self) -> wire::ChannelsCapability {
        wire::ChannelsCapability { channels: self.channels, allow: self.allow, r#match: self.matching }
    }
}

/// A condition on a publication's tags. Centrifugo PRO; ignored by the open-source Centrifugo.
///
/// ```
/// use centrifugo::Filter;
///
/// let rust_or_go = Filter::any([Filter::eq("lang", "rust"), Filter::eq("lang", "go")]);
/// let not_drafts = Filter::not(Filter::exists("draft"));
/// Filter::all([rust_or_go, not_drafts]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(wire::FilterNode);

impl Filter {
    /// The tag has this value.
    pub fn eq(tag: impl Into<String>, value: impl Into<String>) -> Self {
        Self::compare(tag, "eq", value)
    }

    /// The tag has one of these values.
    pub fn one_of<V: IntoIterator<Item: Into<String>>>(tag: impl Into<String>, values: V) -> Self {
        let vals = values.into_iter().map(Into::into).collect();
        Self(wire::FilterNode { key: tag.into(), cmp: "in".into(), vals, ..Default::default() })
    }

    /// The tag is there.
    pub fn exists(tag: impl Into<String>) -> Self {
        Self::compare(tag, "ex", "")
    }

    /// Any comparison by Centrifugo's name for it: `eq` `neq` `sw` `ew` `ct` `lt` `lte` `gt` `gte` `ex` `nex`.
    pub fn compare(tag: impl Into<String>, comparison: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, cmp, val) = (tag.into(), comparison.into(), value.into());
        Self(wire::FilterNode { key, cmp, val, ..Default::default() })
    }

    /// All of the conditions hold.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::combine("and", conditions)
    }

    /// At least one of the conditions holds.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::combine("or", conditions)
    }

    /// The condition doesn't hold.
    #[expect(clippy::should_implement_trait, reason = "`Filter::not(..)` reads as `all` and `any` do")]
    pub fn not(condition: Self) -> Self {
        Self::combine("not", [condition])
    }

    fn combine(op: &str, conditions: impl IntoIterator<Item = Self>) -> Self {
        let nodes = conditions.into_iter().map(|Self(node)| node).collect();
        Self(wire::FilterNode { op: op.into(), nodes, ..Default::default() })
    }

    pub(crate) fn encode(self) -> wire::FilterNode {
        self.0
    }
}

/// A connection's capabilities.
pub(crate) fn capabilities(all: Vec<Capability>) -> Vec<wire::ChannelsCapability> {
    all.into_iter().map(Capability::encode).collect()
}

/// Key-value pairs, as builders gather them.
pub(crate) type Pairs = HashMap<String, String>;
