//! Why a request came to nothing. Only the log is told.

use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request that came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{verb} {path}")]
pub(crate) struct Failure {
    pub(crate) verb: Method,
    pub(crate) path: String,
    pub(crate) source: Fault,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(
        "no answer within {0:?}: `Http::timeout`, and the proxy's `timeout` in Centrifugo's configuration, say how long"
    )]
    Late(Duration),
    #[cfg(feature = "http-upstream")]
    #[error(
        "no answer within {time:?}: all {connections} connections that `Http::max_connections` allows were in use at first"
    )]
    Crowded { time: Duration, connections: usize },
    #[error("the response is longer than {0} bytes: see `Http::max_response`")]
    TooLong(usize),
    #[error("the response ({0}) is no JSON, and clients get nothing else: answer with JSON, or with an empty body")]
    NotJson(StatusCode),
    #[error("the service failed")]
    Service(#[source] BoxError),
    #[error("the response broke off")]
    Broken(#[source] BoxError),
    #[error("the response can't be written as JSON")]
    Json(#[from] serde_json::Error),
}
