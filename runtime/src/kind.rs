//! The events there are, and what each is called.

use std::fmt;

/// What Centrifugo asks the application about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A client connects.
    Connect,
    /// A connection is about to expire.
    Refresh,
    /// A client subscribes to a channel.
    Subscribe,
    /// A client publishes to a channel.
    Publish,
    /// A subscription is about to expire.
    SubRefresh,
    /// A client calls a method.
    Rpc,
    /// A client subscribes to a stream.
    Stream,
}

impl Kind {
    /// All kinds, in the order of a connection's life.
    pub const ALL: [Self; 7] =
        [Self::Connect, Self::Refresh, Self::Subscribe, Self::Publish, Self::SubRefresh, Self::Rpc, Self::Stream];

    /// The name, as in the attribute `#[centrifugo::sub_refresh]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Refresh => "refresh",
            Self::Subscribe => "subscribe",
            Self::Publish => "publish",
            Self::SubRefresh => "sub_refresh",
            Self::Rpc => "rpc",
            Self::Stream => "stream",
        }
    }

    /// What to write above a function that is to answer it.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Connect => "#[centrifugo::connect]",
            Self::Refresh => "#[centrifugo::refresh]",
            Self::Subscribe => "#[centrifugo::topic(\"..\")]",
            Self::Publish => "#[centrifugo::publish(\"..\")]",
            Self::SubRefresh => "#[centrifugo::sub_refresh]",
            Self::Rpc => "#[centrifugo::rpc(\"..\")]",
            Self::Stream => "#[centrifugo::stream(\"..\")]",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
