//! The check of the origin that a page's browser sends.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, HOST, ORIGIN,
};
use http::{HeaderMap, HeaderValue};

/// Whether the request's origin may connect: it has none, which no browser's page can do, it is that of this server, or one
/// of the patterns matches it. (Centrifugo has no exception for the same origin, as it serves no pages.)
pub(super) fn is_allowed(headers: &HeaderMap, patterns: &[String]) -> bool {
    let Some(origin) = sent(headers) else { return true };
    let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return false };
    is_same(&origin, headers) || patterns.iter().any(|pattern| matches(pattern, &origin))
}

/// Lets a page of an allowed origin read a response that is no upgrade, as Centrifugo does.
pub(super) fn allow_to_read(headers: &HeaderMap, response: &mut HeaderMap) {
    let Some(origin) = sent(headers) else { return };
    response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    let wanted = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && *wanted != "null") {
        response.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
}

/// The request's origin. An empty one is none.
fn sent(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(ORIGIN).filter(|origin| !origin.is_empty())
}

/// Whether the origin is the one that the request goes to.
fn is_same(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let (Some(host), Some((scheme, authority))) = (host, origin.split_once("://")) else { return false };
    matches!(scheme, "http" | "https") && !authority.is_empty() && host.eq_ignore_ascii_case(authority)
}

/// Whether a pattern, in which `*` stands for any text, matches the whole origin.
fn matches(pattern: &str, origin: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| origin.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed_from(origin: &str, patterns: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "app.example:8000".parse().expect("a host"));
        headers.insert(ORIGIN, origin.parse().expect("an origin"));
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        is_allowed(&headers, &patterns)
    }

    #[test]
    fn a_client_without_an_origin_and_a_page_of_the_same_origin_may_connect() {
        assert!(is_allowed(&HeaderMap::new(), &[]));
        assert!(is_allowed_from("", &[]));
        assert!(is_allowed_from("http://app.example:8000", &[]));
        assert!(is_allowed_from("https://APP.example:8000", &[]));
        for other in ["http://app.example", "http://app.example:8001", "null", "file://app.example:8000", "http://"] {
            assert!(!is_allowed_from(other, &[]), "{other}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        let cases = [
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "https://*.example", true),
            ("https://a.b.example", "https://*.example", true),
            ("https://example", "https://*.example", false),
            ("https://a.example.evil", "https://*.example", false),
            ("https://a.example", "*", true),
            ("null", "null", true),
            ("https://A.example", "https://a.example", true),
            ("https://a1.x.b2.example", "https://a*.b*.example", true),
            ("https://a.example", "https://a.example*a.example", false),
        ];
        for (origin, pattern, allowed) in cases {
            assert_eq!(is_allowed_from(origin, &[pattern]), allowed, "{origin} {pattern}");
        }
    }
}
