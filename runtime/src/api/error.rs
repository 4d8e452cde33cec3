//! Why a call of the server API failed.

use std::fmt;

use crate::names::channel::InvalidChannel;

use super::publisher::{KEY, URL};

/// Why Centrifugo's server API was not called, or what it answered instead of a result.
///
/// It is a standard error: in a handler, `?` makes it an internal failure, of which the client sees nothing. `main` may return it, too: its
/// `Debug` form, which Rust prints then, is the readable one.
///
/// ```
/// use centrifugo::PublisherError;
/// use centrifugo::api::cent::ApiError;
///
/// fn is_unknown(error: &PublisherError) -> bool {
///     error.cent().and_then(|error| error.api_code()) == Some(ApiError::UNKNOWN_CHANNEL)
/// }
/// # assert!(!is_unknown(&centrifugo::api::cent::Error::Closed.into()));
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PublisherError {
    /// There can't be such a channel; nothing was sent.
    #[error(transparent)]
    Channel(#[from] InvalidChannel),
    /// [`Publisher::from_env`](super::Publisher::from_env) finds no key.
    #[error(
        "the environment has no `{KEY}`: set it to the key that Centrifugo has as `http_api.key` (and `{URL}`, if the API isn't at its default)"
    )]
    NoKey,
    /// The key isn't Centrifugo's.
    #[error("{call}: Centrifugo refuses the API key: the publisher needs the one that Centrifugo has as `http_api.key`")]
    Unauthorized {
        /// The method, and what it was called for.
        call: String,
    },
    /// Centrifugo refused the call, or something else answered in its place.
    #[error("{call}: {error}")]
    Refused {
        /// The method, and what it was called for.
        call: String,
        /// What was answered.
        error: cent::Error,
    },
    /// Everything else that `cent` tells: no connection, no answer in time, parts of a broadcast or batch that failed, a URL that is
    /// none, data that can't be JSON.
    #[error(transparent)]
    Cent(#[from] cent::Error),
}

impl PublisherError {
    /// What `cent` says, if it came to that: to look at a code, or whether to try again
    /// ([`cent::Error::is_retryable`]).
    pub fn cent(&self) -> Option<&cent::Error> {
        match self {
            Self::Refused { error, .. } | Self::Cent(error) => Some(error),
            Self::Channel(_) | Self::NoKey | Self::Unauthorized { .. } => None,
        }
    }

    /// The error of a call. Some of cent's errors name the method themselves, and none names the channel.
    pub(crate) fn of(call: String, error: cent::Error) -> Self {
        match error {
            error if error.is_unauthorized() => Self::Unauthorized { call },
            error @ (cent::Error::Api(_) | cent::Error::Http(_) | cent::Error::Decode(_)) => Self::Refused { call, error },
            error => Self::Cent(error),
        }
    }
}

impl fmt::Debug for PublisherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
