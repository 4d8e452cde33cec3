//! Capabilities of connections (Centrifugo PRO).

use crate::wire;

/// A capability of a connection: the operations that the client may perform in some channels. Centrifugo PRO; ignored by the
/// open-source Centrifugo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    channels: Vec<String>,
    allow: Vec<String>,
    matching: String,
}

impl Capability {
    /// Creates a capability that allows the operations `allow` (`sub`, `pub`, `prs`, `hst`) in `channels`.
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

    /// Sets how channels match: `wildcard` or `regex` instead of exactly.
    #[must_use]
    pub fn matching(mut self, how: impl Into<String>) -> Self {
        self.matching = how.into();
        self
    }

    pub(crate) fn encode(self) -> wire::ChannelsCapability {
        wire::ChannelsCapability { channels: self.channels, allow: self.allow, r#match: self.matching }
    }
}

/// Encodes a connection's capabilities.
pub(crate) fn capabilities(all: Vec<Capability>) -> Vec<wire::ChannelsCapability> {
    all.into_iter().map(Capability::encode).collect()
}
