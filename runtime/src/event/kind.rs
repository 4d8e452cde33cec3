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
    /// A client sets a key of a map channel.
    MapPublish,
    /// A client removes a key of a map channel.
    MapRemove,
    /// Centrifugo polls keys that clients track.
    SharedPoll,
    /// A channel's cache is empty (Centrifugo PRO).
    CacheEmpty,
    /// A channel got its first subscriber, or lost its last one (Centrifugo PRO).
    ChannelState,
}

impl Kind {
    /// All kinds, in the order of a connection's life.
    pub const ALL: [Self; 12] = [
        Self::Connect,
        Self::Refresh,
        Self::Subscribe,
        Self::Publish,
        Self::SubRefresh,
        Self::Rpc,
        Self::Stream,
        Self::MapPublish,
        Self::MapRemove,
        Self::SharedPoll,
        Self::CacheEmpty,
        Self::ChannelState,
    ];

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
            Self::MapPublish => "map_publish",
            Self::MapRemove => "map_remove",
            Self::SharedPoll => "shared_poll",
            Self::CacheEmpty => "cache_empty",
            Self::ChannelState => "channel_state",
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
            Self::MapPublish => "#[centrifugo::map_publish(\"..\")]",
            Self::MapRemove => "#[centrifugo::map_remove(\"..\")]",
            Self::SharedPoll => "#[centrifugo::shared_poll(\"..\")]",
            Self::CacheEmpty => "#[centrifugo::cache_empty(\"..\")]",
            Self::ChannelState => "#[centrifugo::channel_state(\"..\")]",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
