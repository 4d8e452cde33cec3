//! Grants: the options of a subscription, by its namespace, and by the app or token that overrides them.

use std::time::Duration;

use bytes::Bytes;

use crate::app::{BadBase64, payload};
use crate::config::options::Namespace;
use crate::config::overrides::Overrides;
use crate::proto::proxy::{SubscribeOptionOverride, SubscribeOptions};
use crate::token::SubscribeOptions as TokenOptions;

/// The options of a subscription.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grant {
    /// What others see of the subscriber in the channel.
    pub(crate) info: Bytes,
    /// What the client receives with the reply.
    pub(crate) data: Bytes,
    /// In Unix seconds. 0 and less: it doesn't expire.
    pub(crate) expire_at: i64,
    pub(crate) presence: bool,
    /// Whether others see it join and leave.
    pub(crate) join_leave: bool,
    /// Whether it sees others join and leave.
    pub(crate) push_join_leave: bool,
    pub(crate) positioning: bool,
    pub(crate) recovery: bool,
    /// Whether it recovers from a cache without the client's request.
    pub(crate) auto_cache_recover: bool,
    /// Whether it recovers as from a stream, also where the namespace has a cache.
    pub(crate) ignores_cache: bool,
    /// How long the stream's position lives on from now. `None`: as the namespace has it.
    pub(crate) meta_ttl: Option<Duration>,
    pub(crate) allows_tags_filter: bool,
    /// Whether the client has to refresh it with a token.
    pub(crate) refreshes_itself: bool,
    /// Whether the connection token has granted it.
    pub(crate) is_of_token: bool,
}

impl Grant {
    /// What the namespace grants.
    pub(crate) fn of(namespace: &Namespace) -> Self {
        Self {
            presence: namespace.presence,
            join_leave: namespace.join_leave,
            push_join_leave: namespace.force_push_join_leave,
            positioning: namespace.force_positioning,
            recovery: namespace.force_recovery,
            allows_tags_filter: namespace.allow_tags_filter,
            ..Self::default()
        }
    }

    /// A server-side subscription of the app's reply to connect. It doesn't expire.
    pub(super) fn of_app(namespace: &Namespace, options: SubscribeOptions) -> Result<Self, BadBase64> {
        let grant = Self {
            info: payload(options.info, &options.b64info)?,
            data: payload(options.data, &options.b64data)?,
            auto_cache_recover: options.cache_recover,
            ..Self::of(namespace)
        };
        Ok(grant.overridden(&overrides(options.r#override)))
    }

    /// The same with the options that are overridden.
    pub(super) fn overridden(mut self, by: &Overrides) -> Self {
        let options = [
            (&mut self.presence, by.presence),
            (&mut self.join_leave, by.join_leave),
            (&mut self.push_join_leave, by.force_push_join_leave),
            (&mut self.recovery, by.force_recovery),
            (&mut self.positioning, by.force_positioning),
        ];
        for (option, by) in options {
            *option = by.unwrap_or(*option);
        }
        self
    }

    /// What a token grants.
    pub(super) fn of_token(namespace: &Namespace, options: &TokenOptions) -> Self {
        let grant = Self { info: options.info.clone(), data: options.data.clone(), ..Self::of(namespace) };
        grant.overridden(&options.overrides)
    }

    /// Switches automatic recovery on where the namespace does.
    pub(crate) fn with_cache_of(mut self, namespace: &Namespace) -> Self {
        self.auto_cache_recover |= namespace.auto_cache_recover;
        self
    }
}

/// What the app overrides.
pub(super) fn overrides(by: Option<SubscribeOptionOverride>) -> Overrides {
    let by = by.unwrap_or_default();
    Overrides {
        presence: by.presence.map(|by| by.value),
        join_leave: by.join_leave.map(|by| by.value),
        force_push_join_leave: by.force_push_join_leave.map(|by| by.value),
        force_positioning: by.force_positioning.map(|by| by.value),
        force_recovery: by.force_recovery.map(|by| by.value),
    }
}
