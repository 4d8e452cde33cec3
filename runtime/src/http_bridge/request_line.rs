//! The request line that an RPC's method names: `get:users/1?page=2` is `GET /users/1?page=2`.

use http::Method;

use super::bounded::BoundedText;
use super::path;
use crate::reject::error_reply::ErrorReply;

pub(crate) const UNKNOWN_VERB: ErrorReply =
    ErrorReply::new(400, "the method must begin with get, head, post, put, patch or delete before the `:`");

/// The verbs with which an RPC's method may begin. For Centrifugo, a verb is the method's namespace.
pub(crate) const VERBS: [(&str, Method); 6] = [
    ("get", Method::GET),
    ("head", Method::HEAD),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// A request's verb, path and query, as they are written on the wire: in ASCII, and without anything that servers could read
/// in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestLine {
    pub(crate) verb: Method,
    /// Starts with one `/`, and stays below the base URL to which it is appended.
    pub(crate) path: String,
    /// Can grow to the limit that applies to the path and the query together.
    pub(crate) query: BoundedText,
}

impl RequestLine {
    /// Parses the RPC's method. The error is the client's reply.
    pub(crate) fn parse(method: &str) -> Result<Self, ErrorReply> {
        let (verb, uri) = method.split_once(':').ok_or(ErrorReply::METHOD_NOT_FOUND)?;
        let known = VERBS.into_iter().find(|(name, _)| verb.eq_ignore_ascii_case(name));
        let (_, verb) = known.ok_or(UNKNOWN_VERB)?;
        let (path, query) = path::parse(uri)?;
        Ok(Self { verb, path, query })
    }

    /// Whether the request has no body, so that the client's data goes into the query.
    pub(crate) fn has_no_body(&self) -> bool {
        self.verb == Method::GET || self.verb == Method::HEAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(method: &str) -> String {
        match RequestLine::parse(method) {
            Ok(RequestLine { verb, path, query }) => format!("{verb} {path}?{}", query.as_str()),
            Err(refusal) => refusal.message().to_owned(),
        }
    }

    #[test]
    fn a_method_is_a_verb_and_a_path() {
        assert_eq!(parsed("get:users/1"), "GET /users/1?");
        assert_eq!(parsed("get:/users/1"), "GET /users/1?");
        assert_eq!(parsed("Patch:users/1?a=b:c"), "PATCH /users/1?a=b:c");
        assert_eq!(parsed("DELETE:"), "DELETE /?");
    }

    #[test]
    fn a_method_of_another_form_is_not_found_or_is_refused_with_the_verbs() {
        for method in ["", "users", "get", "get/users"] {
            assert_eq!(parsed(method), ErrorReply::METHOD_NOT_FOUND.message(), "{method}");
        }
        for method in [":users", "fetch:users", "get :users", "options:users", "connect:host", "ＧＥＴ:users"] {
            assert_eq!(parsed(method), UNKNOWN_VERB.message(), "{method}");
        }
    }
}
