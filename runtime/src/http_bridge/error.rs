//! The errors of a request that has no usable response. They are for the log; clients receive "internal server error".

use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request without a usable response, and why it has none.
#[derive(Debug, thiserror::Error)]
#[error("{verb} {path}")]
pub(crate) struct BridgeError {
    pub(crate) verb: Method,
    pub(crate) path: String,
    pub(crate) source: BackendError,
}

/// The reason why a response is missing or can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackendError {
    #[error("no response within {0:?}, which `Http::timeout` and the proxy's `timeout` in Centrifugo's configuration set")]
    Late(Duration),
    #[cfg(feature = "http-upstream")]
    #[error(
        "no response within {time:?}: the request had to wait, because all {connections} connections that \
         `Http::max_connections` allows were in use"
    )]
    NoConnection { time: Duration, connections: usize },
    #[error("the response is longer than {0} bytes, the limit that `Http::max_response` sets")]
    TooLong(usize),
    #[error("the response ({0}) is not JSON, and clients receive nothing else: return JSON or an empty body")]
    NotJson(StatusCode),
    #[error("the service failed")]
    Service(#[source] BoxError),
    #[error("the response is incomplete")]
    Incomplete(#[source] BoxError),
    #[error("the response can't be written as JSON")]
    Json(#[from] serde_json::Error),
}
