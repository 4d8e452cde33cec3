//! Which headers Centrifugo can forward.

use http::HeaderName;

use crate::error::Conflict;

/// The header by its lower-case name: the only form that Centrifugo forwards everywhere. `at` is who asks for it.
pub(crate) fn check(name: &str, at: &str) -> Result<HeaderName, Conflict> {
    let refuse = |fault| Conflict::Header { header: name.to_owned(), fault, at: at.to_owned() };
    let lower = name.to_ascii_lowercase();
    if lower.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'_' | b'.')) {
        return Err(refuse("gRPC metadata has names of letters, digits, `-`, `_` and `.`, and every call would fail"));
    }
    match lower.as_str() {
        "connection" | "upgrade" | "keep-alive" | "proxy-connection" | "transfer-encoding" => {
            Err(refuse("HTTP/2 forbids it, and every call would fail"))
        }
        "user-agent" | "content-type" | "te" | "host" | "content-length" => {
            Err(refuse("the call has one of its own, which would arrive instead"))
        }
        _ if lower.starts_with("grpc-") => Err(refuse("names that start with `grpc-` are gRPC's own")),
        _ => HeaderName::try_from(lower.as_str()).map_err(|_| refuse("it is no name of a header")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_header_is_forwarded_by_its_lower_case_name() {
        assert_eq!(check("X-Real-IP", "here").unwrap(), "x-real-ip");
    }

    #[test]
    fn headers_that_break_or_vanish_are_refused() {
        for name in
            ["Connection", "upgrade", "User-Agent", "te", "host", "grpc-timeout", "x y", "ä", "", "x:y", "content-type"]
        {
            assert!(check(name, "here").is_err(), "{name}");
        }
    }
}
