//! Replies that expect something of Centrifugo that its configuration doesn't have: a warning once, or an internal failure
//! where the client would be lost.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::event::Expectation;
use crate::reject::Reject;

/// The most namespaces that are warned about. Their names may come from clients' data.
const MAX_WARNINGS: usize = 100;

/// The facts about the generated configuration, with the app's settings in it, that replies are compared with.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    namespaces: HashSet<String>,
    /// A handler refreshes connections, or clients may do it with tokens.
    refreshes: bool,
    /// The namespaces whose subscriptions a handler refreshes. The empty name stands for channels without namespace.
    sub_refreshes: HashSet<String>,
    /// Clients may refresh subscriptions with tokens.
    has_tokens: bool,
    /// The app runs in a test, where no Centrifugo has a configuration of its own: a warning is a failure.
    is_test: bool,
    warned: Mutex<HashSet<String>>,
}

/// The settings with keys that tokens are checked with.
const TOKEN_KEYS: [&str; 4] = ["hmac_secret_key", "rsa_public_key", "ecdsa_public_key", "jwks_public_endpoint"];

impl Warnings {
    pub(crate) fn of(config: &Value, is_test: bool) -> Self {
        let is_set = |pointer: &str| config.pointer(pointer) == Some(&Value::Bool(true));
        let has_keys =
            |pointer: &str| config.pointer(pointer).is_some_and(|token| TOKEN_KEYS.iter().any(|key| is_text(&token[key])));
        let namespaces = || config.pointer("/channel/namespaces").and_then(Value::as_array).into_iter().flatten();
        let name = |options: &Value| options["name"].as_str().map(str::to_owned);
        let unnamed = config.pointer("/channel/without_namespace").filter(|options| refreshes(options));
        Self {
            namespaces: namespaces().filter_map(name).collect(),
            refreshes: is_set("/client/proxy/refresh/enabled") || has_keys("/client/token"),
            sub_refreshes: namespaces()
                .filter(|options| refreshes(options))
                .filter_map(name)
                .chain(unnamed.map(|_| String::new()))
                .collect(),
            has_tokens: has_keys(if is_set("/client/subscription_token/enabled") {
                "/client/subscription_token"
            } else {
                "/client/token"
            }),
            is_test,
            warned: Mutex::default(),
        }
    }

    /// Compares the expectations of a reply. `channel` is the channel of its event.
    pub(crate) fn check<'r>(
        &self,
        expectations: impl Iterator<Item = Expectation<'r>>,
        channel: impl Fn() -> &'r str,
    ) -> Result<(), Reject> {
        for expectation in expectations {
            match expectation {
                Expectation::Namespace(channel) => self.check_namespace(channel)?,
                Expectation::Refresh => self.check_refresh()?,
                Expectation::SubRefresh => self.check_sub_refresh(channel())?,
            }
        }
        Ok(())
    }

    /// Checks the channel of a server-side subscription: Centrifugo refuses the whole connect over one unknown namespace.
    fn check_namespace(&self, channel: &str) -> Result<(), Reject> {
        let Some(name) = namespace(channel).filter(|name| !self.namespaces.contains(*name)) else { return Ok(()) };
        let text = format!(
            "connect grants `{}`, but no handler, typed channel or `App::namespace(\"{}\")` names its namespace: unless \
             Centrifugo's configuration has it, the client's connect fails with error 102",
            channel.escape_debug(),
            name.escape_debug()
        );
        if self.is_test {
            return Err(Reject::internal(text));
        }
        self.warn(name, format_args!("{text}"));
        Ok(())
    }

    /// Checks that something refreshes a connection that expires. Otherwise Centrifugo leaves that to the client, whose SDK
    /// stops permanently, unless it has tokens.
    fn check_refresh(&self) -> Result<(), Reject> {
        if self.refreshes {
            return Ok(());
        }
        Err(Reject::internal(
            "connect sets an expiry, and nothing would refresh the connection: the client would stop permanently then \
             (1 \"unauthorized\"); write a `#[centrifugo::refresh]` handler, or leave the expiry out; if another service \
             refreshes connections, switch it on by \
             `App::centrifugo(json!({ \"client\": { \"proxy\": { \"refresh\": { \"enabled\": true } } } }))`",
        ))
    }

    /// Checks that something refreshes a subscription that expires, as with connections.
    fn check_sub_refresh(&self, channel: &str) -> Result<(), Reject> {
        let name = namespace(channel).unwrap_or_default();
        if self.has_tokens || self.sub_refreshes.contains(name) {
            return Ok(());
        }
        Err(Reject::internal(
            "the subscription has an expiry, and nothing would refresh it: the client would give it up permanently then \
             (1 \"unauthorized\"); write a `#[centrifugo::sub_refresh]` handler for the channel (streams and shared polls \
             have none), or leave the expiry out; if another service refreshes subscriptions, set \
             `sub_refresh_proxy_enabled` of the namespace by `App::centrifugo(..)`",
        ))
    }

    fn warn(&self, subject: &str, text: std::fmt::Arguments<'_>) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() < MAX_WARNINGS && !warned.contains(subject) {
            warned.insert(subject.to_owned());
            tracing::warn!("{text}");
        }
    }
}

/// Whether Centrifugo calls a handler to refresh the namespace's subscriptions. In shared polls it never does.
fn refreshes(options: &Value) -> bool {
    options["sub_refresh_proxy_enabled"] == true && options["subscription_type"] != "shared_poll"
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// The namespace of a channel, by Centrifugo's rule: the text before the first `:`, without a leading `$`.
pub(crate) fn namespace(channel: &str) -> Option<&str> {
    let (name, _) = channel.strip_prefix('$').unwrap_or(channel).split_once(':')?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::namespace;

    #[test]
    fn a_namespace_stands_before_the_first_colon() {
        assert_eq!(namespace("chat:a:b"), Some("chat"));
        assert_eq!(namespace("$chat:a"), Some("chat"));
        assert_eq!(namespace(":a"), None);
        assert_eq!(namespace("chat"), None);
    }
}
