//! The gate of the service: refuses requests by their headers alone, before their bodies are read.

use http::{HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header};
use tonic::{Code, Status};

use crate::dispatch::Dispatch;
use crate::grpc::method::Method;
use crate::grpc::response_body::ResponseBody;
use crate::reject::logged::Logged;

/// The reason why a request is no gRPC call, by the
/// [protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotGrpc {
    #[error("a gRPC call is a POST")]
    Method,
    #[error("a gRPC call has a `content-type` that starts with `application/grpc`")]
    ContentType,
    #[error("a gRPC call has `te: trailers`")]
    Te,
}

/// Checks the headers of a request, and finds its method. `Err`: the response to a request that is refused, which without
/// the secret is the same whatever the request is, except for the public methods.
pub(crate) fn check<B>(dispatch: &Dispatch, request: &Request<B>) -> Result<Method, Box<Response<ResponseBody>>> {
    let path = request.uri().path();
    let method = Method::of(path);
    if !method.is_some_and(Method::is_public) {
        dispatch.check_secret(request).map_err(|status| Box::new(status.into_http()))?;
    }
    check_headers(request).map_err(|fault| Box::new(refuse(dispatch, fault)))?;
    method.ok_or_else(|| Box::new(unknown(dispatch, path)))
}

fn unknown(dispatch: &Dispatch, path: &str) -> Response<ResponseBody> {
    dispatch.counters().malformed.increment();
    Status::unimplemented(format!("there is no {}", Logged(path))).into_http()
}

fn refuse(dispatch: &Dispatch, fault: NotGrpc) -> Response<ResponseBody> {
    dispatch.counters().malformed.increment();
    if let Some(more) = dispatch.foreign_calls().pass() {
        tracing::warn!("refused: {fault}, so this doesn't come from Centrifugo{more}");
    }
    fault.response()
}

fn check_headers<B>(request: &Request<B>) -> Result<(), NotGrpc> {
    if request.method() != HttpMethod::POST {
        return Err(NotGrpc::Method);
    }
    // Both are among the first headers, so one pass over them is less work than two look-ups.
    let (mut content_type, mut te) = (false, false);
    for (name, value) in request.headers() {
        if name == header::CONTENT_TYPE {
            content_type = is_grpc(value.as_bytes());
        } else if name == header::TE {
            te = value == "trailers";
        }
        if content_type && te {
            return Ok(());
        }
    }
    Err(if content_type { NotGrpc::Te } else { NotGrpc::ContentType })
}

/// Whether it is `application/grpc`, with or without a suffix (`+proto`) or parameters.
fn is_grpc(content_type: &[u8]) -> bool {
    matches!(content_type.strip_prefix(b"application/grpc"), Some([] | [b'+' | b';', ..]))
}

impl NotGrpc {
    fn response(self) -> Response<ResponseBody> {
        let mut response: Response<ResponseBody> = Status::new(Code::Internal, self.to_string()).into_http();
        *response.status_mut() = match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Te => StatusCode::BAD_REQUEST,
        };
        if self == Self::Method {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(method: &str, headers: &[(&str, &str)]) -> Result<(), NotGrpc> {
        let request = Request::builder().method(method);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        check_headers(&request.body(()).unwrap())
    }

    #[test]
    fn a_call_is_a_post_with_the_headers_of_grpc() {
        for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
            assert_eq!(checked("POST", &[("content-type", content_type), ("te", "trailers")]), Ok(()));
        }
        assert_eq!(checked("GET", &[("content-type", "application/grpc"), ("te", "trailers")]), Err(NotGrpc::Method));
        for content_type in ["text/html", "application/grpc-web", "application/json", ""] {
            assert_eq!(checked("POST", &[("content-type", content_type), ("te", "trailers")]), Err(NotGrpc::ContentType));
        }
        assert_eq!(checked("POST", &[("te", "trailers")]), Err(NotGrpc::ContentType));
        assert_eq!(checked("POST", &[("content-type", "application/grpc")]), Err(NotGrpc::Te));
        assert_eq!(checked("POST", &[("content-type", "application/grpc"), ("te", "gzip")]), Err(NotGrpc::Te));
    }

    #[test]
    fn a_request_that_is_no_call_gets_a_status_of_http_and_of_grpc() {
        for (fault, status) in [(NotGrpc::Method, 405), (NotGrpc::ContentType, 415), (NotGrpc::Te, 400)] {
            let response = fault.response();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["grpc-status"]),
                (status, &HeaderValue::from_static("13"))
            );
        }
    }
}
