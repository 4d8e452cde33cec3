//! Centrifugo's server API, as its SDKs call it: over HTTP, or in the app's own process.
//!
//! | file | content |
//! |---|---|
//! | `command` | the methods, and their requests |
//! | `read` | requests out of JSON, as Go reads it |
//! | `execute` | the execution of each method, on the hub |
//! | `orders` | the methods that act on a user's connections: subscribe, unsubscribe, disconnect, refresh |
//! | `result` | results and errors as JSON, with Centrifugo's names and absent fields |
//! | `batch`, `legacy` | many commands in one request; the route without a method |
//! | `key` | the check of the key |

mod batch;
mod command;
mod execute;
pub(crate) mod key;
mod legacy;
mod orders;
mod read;
mod result;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::client::Engine;
use crate::throttled_log::ThrottledLog;

use self::command::Command;
use self::execute::Executor;
use self::result::{ApiError, Fault};

/// Executes a request, whose path ends with the method's name, or is `http_api.handler_prefix`. The key isn't checked.
pub(crate) async fn call(engine: &Engine, request: http::Request<Bytes>) -> http::Response<Bytes> {
    let (parts, body) = request.into_parts();
    let options = &engine.options.http_api;
    let executor = Executor { hub: &engine.hub, channels: &engine.options.channel, node: &engine.node };
    let reply = match Target::of(parts.uri.path(), &options.prefix) {
        None => ApiResponse::text(StatusCode::NOT_FOUND),
        Some(_) if parts.method != Method::POST => ApiResponse::text(StatusCode::METHOD_NOT_ALLOWED),
        Some(target) => {
            let transport_errors = options.transport_errors || asks_for_transport_errors(&parts.headers);
            let called = executor.call(target, &body, transport_errors).await;
            called.unwrap_or_else(|fault| refused(&fault, &engine.log))
        }
    };
    reply.into()
}

fn refused(fault: &Fault, log: &ThrottledLog) -> ApiResponse {
    if let Fault::NotJson(error) = fault {
        log.info_of("a request to the server API is malformed", error);
    }
    ApiResponse::text(fault.status())
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'p> {
    Method(&'p str),
    Batch,
    /// The old route, whose body names the method.
    Legacy,
}

impl<'p> Target<'p> {
    /// `None`: there is no such method.
    pub(crate) fn of(path: &'p str, prefix: &str) -> Option<Self> {
        // The prefix may end as a method is named.
        if path == if prefix.is_empty() { "/" } else { prefix } {
            return Some(Self::Legacy);
        }
        match path.rsplit_once('/').map_or(path, |(_, name)| name) {
            "batch" => Some(Self::Batch),
            name if command::METHODS.contains(&name) => Some(Self::Method(name)),
            _ => None,
        }
    }
}

/// The response to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiResponse {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    is_json: bool,
}

impl ApiResponse {
    /// A status with its name as text.
    fn text(status: StatusCode) -> Self {
        let body = status.canonical_reason().unwrap_or_default();
        Self { status, body: Bytes::from_static(body.as_bytes()), is_json: false }
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self { status, body: body.into(), is_json: true },
            Err(_) => Self::text(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<ApiResponse> for http::Response<Bytes> {
    fn from(reply: ApiResponse) -> Self {
        let content_type = if reply.is_json { "application/json" } else { "text/plain; charset=utf-8" };
        let mut response = Self::new(reply.body);
        *response.status_mut() = reply.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }
}

impl Executor<'_> {
    /// `Err`: there is no response but a status.
    async fn call(&self, target: Target<'_>, body: &[u8], transport_errors: bool) -> Result<ApiResponse, Fault> {
        match target {
            Target::Method(method) => self.method(method, body, transport_errors).await,
            Target::Batch => self.batch(body).await,
            Target::Legacy => self.legacy(body).await,
        }
    }

    async fn method(&self, method: &str, body: &[u8], transport_errors: bool) -> Result<ApiResponse, Fault> {
        let executed = match Command::parse(method, body) {
            Ok(command) => self.execute(command).await,
            Err(fault) => Err(fault),
        };
        Ok(match executed {
            Ok(result) => ApiResponse::json(StatusCode::OK, &result::Reply::Result(result)),
            Err(Fault::Error(error)) if transport_errors => {
                ApiResponse::json(result::status_of(error), &ApiError::from(error))
            }
            Err(Fault::Error(error)) => ApiResponse::json(StatusCode::OK, &result::Reply::<()>::Error(error.into())),
            Err(fault) => return Err(fault),
        })
    }
}

fn asks_for_transport_errors(headers: &HeaderMap) -> bool {
    headers.get("x-centrifugo-error-mode").is_some_and(|mode| mode == "transport")
}
