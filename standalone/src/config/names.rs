//! Names of channels and methods: their namespaces, and who may use them.

use std::sync::Arc;

use super::options::{ChannelOptions, Namespace, PersonalChannel, ProxyOptions, RpcOptions};

impl ChannelOptions {
    /// The options of the channel; `None` if its namespace isn't configured.
    pub(crate) fn namespace_of(&self, channel: &str) -> Option<&Arc<Namespace>> {
        match self.split(channel) {
            Some(("", _)) | None => Some(&self.without_namespace),
            Some((name, _)) => self.namespaces.get(name),
        }
    }

    /// Whether clients may use a channel of this name: by the namespace's regular expression, or else if it is ASCII. Its
    /// length is checked for subscriptions alone, as in Centrifugo.
    pub(crate) fn check_name(&self, namespace: &Namespace, channel: &str) -> bool {
        match &namespace.channel_regex {
            Some(regex) => regex.is_match(self.split(channel).map_or(channel, |(_, rest)| rest)),
            None => channel.is_ascii(),
        }
    }

    /// The personal channel of a user.
    pub(crate) fn personal(&self, personal: &PersonalChannel, user: &str) -> String {
        let Self { namespace_boundary, user_boundary, .. } = self;
        match personal.namespace.as_str() {
            "" => format!("{user_boundary}{user}"),
            namespace => format!("{namespace}{namespace_boundary}{user_boundary}{user}"),
        }
    }

    /// Whether the channel needs a token of its own.
    pub(crate) fn is_private(&self, channel: &str) -> bool {
        channel.starts_with(&self.private_prefix)
    }

    /// The users that the channel is limited to; `None` if it isn't limited.
    pub(crate) fn limited_users<'c>(
        &'c self,
        namespace: &Namespace,
        channel: &'c str,
    ) -> Option<impl Iterator<Item = &'c str>> {
        if !namespace.allow_user_limited_channels {
            return None;
        }
        // Go splits from the left, which matters if the boundary overlaps itself.
        let users = channel.split(self.user_boundary.as_str()).skip(1).last()?;
        Some(users.split(self.user_separator.as_str()))
    }

    /// The namespace's name and the rest; `None` without a boundary.
    fn split<'c>(&self, channel: &'c str) -> Option<(&'c str, &'c str)> {
        let public = channel.strip_prefix(self.private_prefix.as_str()).unwrap_or(channel);
        public.split_once(self.namespace_boundary.as_str())
    }
}

/// Who replies to an RPC.
#[derive(Debug)]
pub(crate) enum RpcTarget<'a> {
    /// The engine, with nothing.
    Ping,
    App(&'a Arc<ProxyOptions>),
    /// Nobody: error 104.
    Unknown,
    /// Nobody, since RPCs are off: error 108.
    Off,
}

impl RpcOptions {
    /// Finds who replies to the method.
    pub(crate) fn find(&self, method: &str) -> RpcTarget<'_> {
        if self.ping.as_deref() == Some(method) {
            return RpcTarget::Ping;
        }
        if !self.has_proxy() {
            return if self.ping.is_some() { RpcTarget::Unknown } else { RpcTarget::Off };
        }
        let namespace = match method.split_once(self.namespace_boundary.as_str()) {
            Some(("", _)) | None => Some(&self.without_namespace),
            Some((name, _)) => self.namespaces.get(name),
        };
        match namespace.map(|namespace| &namespace.proxy) {
            Some(Some(proxy)) => RpcTarget::App(proxy),
            Some(None) => RpcTarget::Off,
            None => RpcTarget::Unknown,
        }
    }

    fn has_proxy(&self) -> bool {
        self.namespaces.values().chain([&self.without_namespace]).any(|namespace| namespace.proxy.is_some())
    }
}
