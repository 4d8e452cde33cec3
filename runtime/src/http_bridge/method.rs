//! From an RPC's method to the target of a request: `get:users/1?page=2` is `GET /users/1?page=2`.

use http::Method;

use super::bounded::Bounded;
use super::path;
use crate::reject::code::ErrorReply;

pub(crate) const UNKNOWN_VERB: ErrorReply =
    ErrorReply::new(400, "before the `:` must stand get, head, post, put, patch or delete");

/// What an RPC's method may begin with. Centrifugo calls it the RPC's namespace.
pub(crate) const VERBS: [(&str, Method); 6] = [
    ("get", Method::GET),
    ("head", Method::HEAD),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// What a request asks for, as it is written on the wire: ASCII, and nothing that a server could read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) verb: Method,
    /// Starts with one `/`, and never leaves what it is put behind.
    pub(crate) path: String,
    /// Can grow by what the path leaves of the limit for both.
    pub(crate) query: Bounded,
}

impl Target {
    /// The target that the RPC's method names. `Err`: what is wrong with it, as the client is told.
    pub(crate) fn parse(method: &str) -> Result<Self, ErrorReply> {
        let (verb, uri) = method.split_once(':').ok_or(ErrorReply::METHOD_NOT_FOUND)?;
        let known = VERBS.into_iter().find(|(name, _)| verb.eq_ignore_ascii_case(name));
        let (_, verb) = known.ok_or(UNKNOWN_VERB)?;
        let (path, query) = path::parse(uri)?;
        Ok(Self { verb, path, query })
    }

    /// Whether the data travels in the query, since the request has no body.
    pub(crate) fn has_no_body(&self) -> bool {
        self.verb == Method::GET || self.verb == Method::HEAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(method: &str) -> String {
        match Target::parse(method) {
            Ok(Target { verb, path, query }) => format!("{verb} {path}?{}", query.as_str()),
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
    fn a_method_of_another_form_is_none_or_is_told_the_verbs() {
        for method in ["", "users", "get", "get/users"] {
            assert_eq!(parsed(method), ErrorReply::METHOD_NOT_FOUND.message(), "{method}");
        }
        for method in [":users", "fetch:users", "get :users", "options:users", "connect:host", "ＧＥＴ:users"] {
            assert_eq!(parsed(method), UNKNOWN_VERB.message(), "{method}");
        }
    }
}
