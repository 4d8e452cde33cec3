//! The outcomes that a handler can have, chosen by the client that calls it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use centrifugo::{Disconnect, ErrorReply, Reject};
use serde::Deserialize;

/// The outcome of a handler, by a name that clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A reply.
    Result,
    /// An error, for good.
    Error,
    /// An error that the client may try again after.
    Temporary,
    /// A disconnect, for good.
    Stop,
    /// A disconnect that the client reconnects after.
    Reconnect,
    /// An internal failure.
    Internal,
    /// A panic.
    Panic,
    /// No reply for longer than Centrifugo waits.
    Timeout,
}

impl FromStr for Outcome {
    type Err = serde_json::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        serde_json::from_value(name.into())
    }
}

/// An error whose text no client may receive.
#[derive(Debug)]
pub struct Secret;

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the password is swordfish")
    }
}

impl std::error::Error for Secret {}

impl Outcome {
    /// Has this outcome, with this value as the reply.
    ///
    /// # Errors
    ///
    /// Where the outcome is a refusal or an internal failure.
    ///
    /// # Panics
    ///
    /// Where the outcome is a panic.
    pub async fn produce<T>(self, reply: T) -> Result<T, Reject> {
        match self {
            Self::Result => Ok(reply),
            Self::Error => Err(ErrorReply::new(403, "not you").into()),
            Self::Temporary => Err(ErrorReply::new(429, "slow down").temporary().into()),
            Self::Stop => Err(Disconnect::new(4501, "go away").into()),
            Self::Reconnect => Err(Disconnect::new(4001, "come back").into()),
            Self::Internal => Err(Secret)?,
            Self::Panic => panic!("{Secret}"),
            Self::Timeout => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(reply)
            }
        }
    }

    /// The same in handlers that can fail and can't refuse.
    ///
    /// # Errors
    ///
    /// Where the outcome is an internal failure.
    ///
    /// # Panics
    ///
    /// Where the outcome is a panic or a refusal.
    pub async fn produce_or_fail<T>(self, reply: T) -> Result<T, Secret> {
        match self {
            Self::Internal => Err(Secret),
            other => Ok(other.produce(reply).await.unwrap_or_else(|reject| panic!("{reject}"))),
        }
    }
}
