//! Which calls are let in: judged by their headers alone, before any of their bodies is read.

use http::{HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header};
use tonic::{Code, Status};

use crate::dispatch::Dispatch;
use crate::grpc::method::Method;
use crate::grpc::response_body::Answer;
use crate::reject::logged::Logged;

/// Why a request is no gRPC call, as the [protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotGrpc {
    #[error("a gRPC call is a POST")]
    Method,
    #[error("a gRPC call has a `content-type` that starts with `application/grpc`")]
    ContentType,
    #[error("a gRPC call has `te: trailers`")]
    Te,
}

impl Dispatch {
    /// The method that is called. `Err`: the response to a call that isn't let in. Without the secret it is the same for all requests.
    pub(crate) fn admit<B>(&self, request: &Request<B>) -> Result<Method, Box<Response<Answer>>> {
        self.check_secret(request).map_err(|status| Box::new(status.into_http()))?;
        check_form(request).map_err(|fault| Box::new(self.refuse_form(fault)))?;
        let path = request.uri().path();
        let unknown = || Status::unimplemented(format!("there is no {}", Logged(path)));
        Method::of(path).ok_or_else(|| Box::new(unknown().into_http()))
    }

    fn check_secret<B>(&self, request: &Request<B>) -> Result<(), Status> {
        let Some(secret) = &self.secret else { return Ok(()) };
        if secret.is_in(request.headers()) {
            return Ok(());
        }
        if let Some(more) = self.refused.pass() {
            let path = Logged(request.uri().path());
            tracing::warn!(%path, "refused: the call has not exactly one `{}` with the secret{more}", secret.name());
        }
        Err(Status::unauthenticated("the secret is missing or wrong"))
    }

    fn refuse_form(&self, fault: NotGrpc) -> Response<Answer> {
        if let Some(more) = self.refused.pass() {
            tracing::warn!("refused: {fault}, so this doesn't come from Centrifugo{more}");
        }
        fault.response()
    }
}

fn check_form<B>(request: &Request<B>) -> Result<(), NotGrpc> {
    if request.method() != HttpMethod::POST {
        return Err(NotGrpc::Method);
    }
    // Both are among the first, and a look at each header is less work than two look-ups.
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

/// `application/grpc`, with a suffix (`+proto`) or parameters, or without.
fn is_grpc(content_type: &[u8]) -> bool {
    matches!(content_type.strip_prefix(b"application/grpc"), Some([] | [b'+' | b';', ..]))
}

impl NotGrpc {
    fn response(self) -> Response<Answer> {
        let mut response: Response<Answer> = Status::new(Code::Internal, self.to_string()).into_http();
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

    fn form(method: &str, headers: &[(&str, &str)]) -> Result<(), NotGrpc> {
        let request = Request::builder().method(method);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        check_form(&request.body(()).unwrap())
    }

    #[test]
    fn a_call_has_the_form_of_grpc() {
        for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
            assert_eq!(form("POST", &[("content-type", content_type), ("te", "trailers")]), Ok(()));
        }
        assert_eq!(form("GET", &[("content-type", "application/grpc"), ("te", "trailers")]), Err(NotGrpc::Method));
        for content_type in ["text/html", "application/grpc-web", "application/json", ""] {
            assert_eq!(form("POST", &[("content-type", content_type), ("te", "trailers")]), Err(NotGrpc::ContentType));
        }
        assert_eq!(form("POST", &[("te", "trailers")]), Err(NotGrpc::ContentType));
        assert_eq!(form("POST", &[("content-type", "application/grpc")]), Err(NotGrpc::Te));
        assert_eq!(form("POST", &[("content-type", "application/grpc"), ("te", "gzip")]), Err(NotGrpc::Te));
    }

    #[test]
    fn what_is_no_call_gets_a_status_of_http_and_of_grpc() {
        for (fault, status) in [(NotGrpc::Method, 405), (NotGrpc::ContentType, 415), (NotGrpc::Te, 400)] {
            let response = fault.response();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["grpc-status"]),
                (status, &HeaderValue::from_static("13"))
            );
        }
    }
}
