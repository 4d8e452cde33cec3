//! What a reply asks for, and Centrifugo would not do: told once, in the log.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// How many different namespaces are warned about; their names may come from data.
const MAX_WARNINGS: usize = 100;

/// Compares replies with what the generated configuration has.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) namespaces: HashSet<String>,
    pub(crate) refreshes: bool,
    pub(crate) sub_refreshes: bool,
    pub(crate) warned: Mutex<HashSet<String>>,
}

impl Audit {
    /// A server-side subscription is granted. Centrifugo refuses the whole connect over one unknown namespace.
    pub(crate) fn granted(&self, channel: &str) {
        match namespace(channel) {
            Some(name) if !self.namespaces.contains(name) => self.warn(
                name,
                format_args!(
                    "connect grants `{}`, but no handler, typed channel or `App::namespace(\"{}\")` names its namespace: if \
                     Centrifugo's configuration hasn't got it either, the client's connect fails with error 102",
                    channel.escape_debug(),
                    name.escape_debug()
                ),
            ),
            _ => {}
        }
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
fn namespace(channel: &str) -> Option<&str> {
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
