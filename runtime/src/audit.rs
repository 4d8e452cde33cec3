//! What a reply asks for, and Centrifugo would not do: told once, in the log.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::reject::Reject;

/// How many different namespaces are warned about; their names may come from data.
const MAX_WARNINGS: usize = 100;

/// Compares replies with what the generated configuration has.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) namespaces: HashSet<String>,
    pub(crate) refreshes: bool,
    pub(crate) sub_refreshes: bool,
    /// A test: there is no Centrifugo with a configuration of its own, so a warning is a failure.
    pub(crate) is_test: bool,
    pub(crate) warned: Mutex<HashSet<String>>,
}

impl Audit {
    /// A server-side subscription is granted. Centrifugo refuses the whole connect over one unknown namespace.
    pub(crate) fn granted(&self, channel: &str) -> Result<(), Reject> {
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

    /// A connection expires.
    pub(crate) fn expires(&self) {
        if !self.refreshes {
            let what = "connect sets an expiry, but there is no `#[centrifugo::refresh]` handler: the client is closed with 3005 then, unless it has a token";
            self.warn(":refresh", format_args!("{what}"));
        }
    }

    /// A subscription expires.
    pub(crate) fn subscription_expires(&self) {
        if !self.sub_refreshes {
            let what = "subscribe sets an expiry, but there is no `#[centrifugo::sub_refresh]` handler: the subscription ends then, unless the client has a token";
            self.warn(":sub_refresh", format_args!("{what}"));
        }
    }

    fn warn(&self, subject: &str, text: std::fmt::Arguments<'_>) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() < MAX_WARNINGS && !warned.contains(subject) {
            warned.insert(subject.to_owned());
            tracing::warn!("{text}");
        }
    }
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
