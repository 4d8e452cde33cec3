//! The kinds of answers, as a client asks for them by name.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use centrifugo::{Disconnect, ErrorReply, Reject};
use serde::Deserialize;

/// What a handler is to answer. Longer than Centrifugo waits, if that is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Result,
    Error,
    Temporary,
    Stop,
    Reconnect,
    Internal,
    Panic,
    Timeout,
}

impl FromStr for Answer {
    type Err = serde_json::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        serde_json::from_value(name.into())
    }
}

/// Something that no client may read.
#[derive(Debug)]
pub(crate) struct Secret;

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the password is swordfish")
    }
}

impl std::error::Error for Secret {}

impl Answer {
    pub(crate) async fn give<T>(self, result: T) -> Result<T, Reject> {
        match self {
            Self::Result => Ok(result),
            Self::Error => Err(ErrorReply::new(403, "not you").into()),
            Self::Temporary => Err(ErrorReply::new(429, "slow down").temporary().into()),
            Self::Stop => Err(Disconnect::new(4501, "go away").into()),
            Self::Reconnect => Err(Disconnect::new(4001, "come back").into()),
            Self::Internal => Err(Secret)?,
            Self::Panic => panic!("{Secret}"),
            Self::Timeout => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(result)
            }
        }
    }

    /// The same for handlers that can't refuse.
    pub(crate) async fn fail<T>(self, result: T) -> Result<T, Secret> {
        match self {
            Self::Internal => Err(Secret),
            other => Ok(other.give(result).await.unwrap_or_else(|reject| panic!("{reject}"))),
        }
    }
}
