//! What a reply asks for, and Centrifugo would not do: warned about once, or refused where it could not be meant.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::event::Expectation;
use crate::reject::Reject;

/// How many different namespaces are warned about; their names may come from data.
const MAX_WARNINGS: usize = 100;

/// What replies are compared with: the configuration that the app generates, with its own settings in it.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    namespaces: HashSet<String>,
    /// Something refreshes connections: a handler, or tokens that clients bring.
    refreshes: bool,
    /// The same for subscriptions, in the namespaces of these names; the empty one stands for channels without namespace.
    sub_refreshes: HashSet<String>,
    /// Clients may refresh subscriptions with tokens.
    has_tokens: bool,
    /// A test: there is no Centrifugo with a configuration of its own, so a warning is a failure.
    is_test: bool,
    warned: Mutex<HashSet<String>>,
}

/// Keys that tokens are checked with.
const TOKEN_KEYS: [&str; 4] = ["hmac_secret_key", "rsa_public_key", "ecdsa_public_key", "jwks_public_endpoint"];

/// Compares replies with what the generated configuration has.
impl Warnings {
    pub(crate) fn of(config: &Value, is_test: bool) -> Self {
        let is_set = |pointer: &str| config.pointer(pointer) == Some(&Value::Bool(true));
        let takes =
            |pointer: &str| config.pointer(pointer).is_some_and(|token| TOKEN_KEYS.iter().any(|key| is_text(&token[key])));
        let namespaces = || config.pointer("/channel/namespaces").and_then(Value::as_array).into_iter().flatten();
        let name = |options: &Value| options["name"].as_str().map(str::to_owned);
        let unnamed = config.pointer("/channel/without_namespace").filter(|options| refreshes(options));
        Self {
            namespaces: namespaces().filter_map(name).collect(),
            refreshes: is_set("/client/proxy/refresh/enabled") || takes("/client/token"),
            sub_refreshes: namespaces()
                .filter(|options| refreshes(options))
                .filter_map(name)
                .chain(unnamed.map(|_| String::new()))
                .collect(),
            has_tokens: takes(if is_set("/client/subscription_token/enabled") {
                "/client/subscription_token"
            } else {
                "/client/token"
            }),
            is_test,
            warned: Mutex::default(),
        }
    }

    /// Compares what a reply expects. `channel` is the one that its event is about.
    pub(crate) fn check<'r>(
        &self,
        expectations: impl Iterator<Item = Expectation<'r>>,
        channel: impl Fn() -> &'r str,
    ) -> Result<(), Reject> {
        for expectation in expectations {
            match expectation {
                Expectation::Namespace(channel) => self.granted(channel)?,
                Expectation::Refresh => self.expires()?,
                Expectation::SubRefresh => self.subscription_expires(channel())?,
            }
        }
        Ok(())
    }

    /// A server-side subscription is granted. Centrifugo refuses the whole connect over one unknown namespace.
    fn granted(&self, channel: &str) -> Result<(), Reject> {
        let Some(name) = namespace(channel).filter(|name| !self.namespaces.contains(*name)) else { return Ok(()) };
        let text = format!(
            "connect grants `{}`, but no handler, typed channel or `App::namespace(\"{}\")` names its namespace: if Centrifugo's \
             configuration doesn't have it either, the client's connect fails with error 102",
            channel.escape_debug(),
            name.escape_debug()
        );
        if self.is_test {
            return Err(Reject::internal(text));
        }
        self.warn(name, format_args!("{text}"));
        Ok(())
    }

    /// A connection expires. Where nothing refreshes it, Centrifugo leaves that to the client, whose SDK stops permanently then, unless it gets tokens.
    fn expires(&self) -> Result<(), Reject> {
        if self.refreshes {
            return Ok(());
        }
        Err(Reject::internal(
            "connect sets an expiry, and nothing would refresh the connection: the client would stop permanently then (1 \"unauthorized\"); write a \
             `#[centrifugo::refresh]` handler, or leave the expiry out; if another service answers, say so by \
             `App::centrifugo(json!({ \"client\": { \"proxy\": { \"refresh\": { \"enabled\": true } } } }))`",
        ))
    }

    /// A subscription expires. As with connections.
    fn subscription_expires(&self, channel: &str) -> Result<(), Reject> {
        let name = namespace(channel).unwrap_or_default();
        if self.has_tokens || self.sub_refreshes.contains(name) {
            return Ok(());
        }
        Err(Reject::internal(
            "the subscription has an expiry, and nothing would refresh it: the client would give it up permanently then (1 \"unauthorized\"); write a \
             `#[centrifugo::sub_refresh]` handler for the channel (streams and shared polls have none), or leave the expiry out; \
             if another service answers, set `sub_refresh_proxy_enabled` of the namespace by `App::centrifugo(..)`",
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

/// Whether Centrifugo asks the app to refresh the namespace's subscriptions. In shared polls it never does.
fn refreshes(options: &Value) -> bool {
    options["sub_refresh_proxy_enabled"] == true && options["subscription_type"] != "shared_poll"
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// The namespace of a channel, as Centrifugo finds it: the text before the first `:`, without a leading `$`.
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
