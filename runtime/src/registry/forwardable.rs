//! The headers that Centrifugo can forward.

use http::HeaderName;

use crate::error::Conflict;

/// Checks that Centrifugo can forward the header, and returns its lower-case name, the only form that Centrifugo forwards
/// everywhere. `at` is the handler or the setting that names the header.
pub(crate) fn check(name: &str, at: &str) -> Result<HeaderName, Conflict> {
    let refuse = |fault| Conflict::Header { header: name.to_owned(), fault, at: at.to_owned() };
    let lower = name.to_ascii_lowercase();
    if lower.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'_' | b'.')) {
        return Err(refuse("names in gRPC metadata consist of letters, digits, `-`, `_` and `.`, so every call would fail"));
    }
    match lower.as_str() {
        "connection" | "upgrade" | "keep-alive" | "proxy-connection" | "transfer-encoding" => {
            Err(refuse("HTTP/2 forbids it, so every call would fail"))
        }
        "user-agent" | "content-type" | "te" | "host" | "content-length" => {
            Err(refuse("each gRPC call has a header of this name, which would arrive instead"))
        }
        _ if lower.starts_with("grpc-") => Err(refuse("gRPC reserves names that start with `grpc-`")),
        _ => HeaderName::try_from(lower.as_str()).map_err(|_| refuse("it is not a valid header name")),
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
