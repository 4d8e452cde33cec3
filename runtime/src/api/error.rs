//! The errors of calls of the server API.

use std::fmt;

use crate::names::channel::InvalidChannel;

/// The environment variable with the API's base URL.
pub(super) const URL: &str = "CENTRIFUGO_API_URL";
/// The environment variable with the API's key. Centrifugo reads its own `http_api.key` from the same variable.
pub(super) const KEY: &str = "CENTRIFUGO_HTTP_API_KEY";

/// The base URL without that variable.
pub(super) const DEFAULT_URL: &str = "http://127.0.0.1:8000/api";

/// The reason why a call of Centrifugo's server API failed, or why it was not sent.
///
/// In a handler, `?` turns it into an internal failure, whose text the client doesn't receive. `main` may return it, too:
/// Rust prints its `Debug` form then, which is the same readable text as its `Display` form.
///
/// ```
/// use centrifugo::PublisherError;
/// use centrifugo::api::cent::ApiError;
///
/// fn is_unknown(error: &PublisherError) -> bool {
///     let code = error.cent().and_then(|error| error.api_code());
///     code == Some(ApiError::UNKNOWN_CHANNEL)
/// }
/// # assert!(!is_unknown(&centrifugo::api::cent::Error::Closed.into()));
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PublisherError {
    /// The channel's name is not valid. Nothing was sent.
    #[error(transparent)]
    Channel(#[from] InvalidChannel),
    /// The environment of [`Publisher::from_env`](super::Publisher::from_env) has no key.
    #[error(
        "the environment has no `{KEY}`: set it to the key that Centrifugo has as `http_api.key` (and `{URL}` to the \
         API's URL, if that isn't `{DEFAULT_URL}`)"
    )]
    NoKey,
    /// The publisher's key is not the one that Centrifugo has.
    #[error("{call}: Centrifugo refuses the API key: the publisher needs the one that Centrifugo has as `http_api.key`")]
    Unauthorized {
        /// The method and its subject: a channel or a user.
        call: String,
    },
    /// Centrifugo refused the call, or another server responded in its place.
    #[error("{call}: {error}")]
    Refused {
        /// The method and its subject: a channel or a user.
        call: String,
        /// The response.
        error: cent::Error,
    },
    /// Any other error of `cent`: no connection, no response in time, parts of a broadcast or batch that failed, a URL that
    /// is not valid, data that can't be written as JSON.
    #[error(transparent)]
    Cent(#[from] cent::Error),
}

impl PublisherError {
    /// The error of `cent`, if there is one: it has a code, and whether to try again ([`cent::Error::is_retryable`]).
    pub fn cent(&self) -> Option<&cent::Error> {
        match self {
            Self::Refused { error, .. } | Self::Cent(error) => Some(error),
            Self::Channel(_) | Self::NoKey | Self::Unauthorized { .. } => None,
        }
    }

    /// The error of a call. Some of cent's errors name the method, and none names the channel.
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
