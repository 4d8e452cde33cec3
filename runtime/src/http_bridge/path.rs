//! The path and the query of a request, from a client that may be malicious.
//!
//! The path is appended to the base URL of a server and must stay below it, however the server and the proxies before it
//! read paths: some decode `%2e%2e`, some decode twice, some treat `\` as `/`, some drop `;parameters`. A path that any of
//! them could read as another one is refused instead of repaired.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str};

use super::bounded::{BoundedText, TOO_LONG, URI_LIMIT};
use crate::reject::error_reply::ErrorReply;

const CONTROL: ErrorReply = ErrorReply::new(400, "the path must have no control characters");
const BACKSLASH: ErrorReply = ErrorReply::new(400, "the path must have no backslashes");
const FRAGMENT: ErrorReply = ErrorReply::new(400, "the path must have no `#`");
const AUTHORITY: ErrorReply = ErrorReply::new(400, "the path must not name a host");
const DOTS: ErrorReply = ErrorReply::new(400, "the path must have no `.` or `..` segments");
const PERCENT: ErrorReply = ErrorReply::new(400, "a `%` must be followed by two hexadecimal digits");
const NOT_UTF8: ErrorReply = ErrorReply::new(400, "the path must be percent-encoded UTF-8");
const ENCODED_AGAIN: ErrorReply = ErrorReply::new(400, "the path must not be percent-encoded more than three times");

/// The most times that a path may be percent-encoded. Once is usual, twice happens.
const DECODINGS: usize = 3;

/// The characters that are encoded in a path: all except RFC 3986's `pchar`, `/` and `%`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%');

/// The characters that are encoded in a query: as in a path, except `?`, which a query may contain, and also `'`, which
/// browsers encode there.
const QUERY: &AsciiSet = &PATH.remove(b'?').add(b'\'');

/// Parses a path with a query. Both results are ASCII, with everything that a URI can't contain percent-encoded. The path
/// starts with one `/`, and the query can grow to the limit of both.
pub(crate) fn parse(uri: &str) -> Result<(String, BoundedText), ErrorReply> {
    // The checks below read the text some ten times, and copy it.
    if uri.len() > URI_LIMIT {
        return Err(TOO_LONG);
    }
    if uri.contains('#') {
        return Err(FRAGMENT);
    }
    check_characters(uri)?;
    check_encoding(uri)?;
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let path = path.strip_prefix('/').unwrap_or(path);
    check_readings(path)?;
    encoded(path, query)
}

fn encoded(path: &str, query: &str) -> Result<(String, BoundedText), ErrorReply> {
    let mut whole = BoundedText::new(URI_LIMIT);
    whole.push("/")?;
    whole.encode(path, PATH)?;
    let path = whole.into_string();
    // One byte less, for the `?`.
    let mut rest = BoundedText::new(URI_LIMIT.saturating_sub(path.len() + 1));
    rest.encode(query, QUERY)?;
    Ok((path, rest))
}

/// Checks the path as it is, and as a server would read it after decoding it once or several times.
fn check_readings(path: &str) -> Result<(), ErrorReply> {
    let mut reading = path.to_owned();
    for _ in 0..=DECODINGS {
        check_characters(&reading)?;
        check_segments(&reading)?;
        let next = percent_decode_str(&reading).decode_utf8().map_err(|_| NOT_UTF8)?.into_owned();
        if next == reading {
            return Ok(());
        }
        reading = next;
    }
    Err(ENCODED_AGAIN)
}

fn check_characters(text: &str) -> Result<(), ErrorReply> {
    match text.chars().find(|character| character.is_control() || *character == '\\') {
        Some('\\') => Err(BACKSLASH),
        Some(_) => Err(CONTROL),
        None => Ok(()),
    }
}

fn check_segments(path: &str) -> Result<(), ErrorReply> {
    // `http://host`, `host:80/`, `user@host/`, and `//host` after the `/` with which all paths begin. A relative path can't
    // begin like the first three anyway (RFC 3986, path-noscheme).
    if path.starts_with('/') || path.split('/').next().is_some_and(|first| first.contains([':', '@'])) {
        return Err(AUTHORITY);
    }
    let is_dots = |segment: &str| matches!(segment.split(';').next().unwrap_or_default().trim(), "." | "..");
    if path.split('/').any(is_dots) { Err(DOTS) } else { Ok(()) }
}

fn check_encoding(uri: &str) -> Result<(), ErrorReply> {
    let is_encoding = |rest: &str| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if uri.split('%').skip(1).all(is_encoding) { Ok(()) } else { Err(PERCENT) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path_of(uri: &str) -> Result<String, ErrorReply> {
        parse(uri).map(|(path, query)| match query.as_str() {
            "" => path,
            query => format!("{path}?{query}"),
        })
    }

    #[test]
    fn plain_paths_stay_as_they_are() {
        for uri in ["users/1", "users/@me", "a/b:c", "a.b/..c/d..", "a%2Fb", "100%25", "a//b", "a/", "~x;v=1", "?a=b&c[]"] {
            let encoded = uri.replace("[]", "%5B%5D");
            assert_eq!(path_of(uri), Ok(format!("/{encoded}")), "{uri}");
        }
        assert_eq!(path_of("").as_deref(), Ok("/"));
        assert_eq!(path_of("/").as_deref(), Ok("/"));
    }

    #[test]
    fn characters_that_a_uri_can_not_contain_are_encoded() {
        assert_eq!(path_of("вы/a b?q=ä \"").as_deref(), Ok("/%D0%B2%D1%8B/a%20b?q=%C3%A4%20%22"));
    }

    #[test]
    fn a_path_that_leaves_its_base_is_refused() {
        for uri in [
            "..",
            "../x",
            "a/../b",
            "a/..",
            ".",
            "./a",
            "%2e%2e/x",
            ".%2E/x",
            "a/%2E./b",
            "..%2fx",
            "%252e%252e/x",
            "%25252e./x",
            "..;x/y",
            "..%3Bx/y",
            "..%20/x",
            "/../x",
            "..?x",
        ] {
            assert_eq!(path_of(uri), Err(DOTS), "{uri}");
        }
        for uri in [
            "http://evil/",
            "//evil",
            "///evil",
            "%2Fevil",
            "%252fevil",
            "evil:80/",
            "user@evil/x",
            "user:pw@evil",
            "http%3A/x",
            "user%40evil",
        ] {
            assert_eq!(path_of(uri), Err(AUTHORITY), "{uri}");
        }
        for uri in ["a\\b", "\\\\evil", "..\\x", "a%5cb", "a%255Cb"] {
            assert_eq!(path_of(uri), Err(BACKSLASH), "{uri}");
        }
    }

    #[test]
    fn a_path_that_splits_requests_or_hides_bytes_is_refused() {
        for uri in ["a\r\nX: y", "a%0d%0ab", "a\0", "a%00", "a\u{85}", "a?b\n"] {
            assert_eq!(path_of(uri), Err(CONTROL), "{uri:?}");
        }
        for uri in ["a%", "a%1", "a%zz", "a?b=%", "%é"] {
            assert_eq!(path_of(uri), Err(PERCENT), "{uri}");
        }
        // An overlong encoding of `.`, which old decoders accept.
        assert_eq!(path_of("%c0%ae%c0%ae/x"), Err(NOT_UTF8));
        assert_eq!(path_of("a#b"), Err(FRAGMENT));
        assert_eq!(path_of(&format!("%{}41", "25".repeat(9))), Err(ENCODED_AGAIN));
    }

    #[test]
    fn a_uri_is_limited_to_16_kib_as_it_is_written() {
        let long = "x".repeat(URI_LIMIT);
        for most in [&long[1..], &format!("{}?", &long[1..]), &format!("{}?q", &long[3..]), &format!("/{}", &long[1..])] {
            let written = path_of(most).map(|written| written.len());
            assert!(written.is_ok_and(|length| length <= URI_LIMIT), "{}", &most[most.len() - 3..]);
        }
        for more in [&long[..], &format!("{}?q", &long[2..]), &format!("/{long}"), &"ä".repeat(3000), &"%25".repeat(6000)] {
            assert_eq!(path_of(more), Err(TOO_LONG), "{}", more.len());
        }
    }

    fn uris() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "/",
            "//",
            ".",
            "..",
            "%2e",
            "%2E",
            "%2f",
            "%5c",
            "\\",
            "@",
            ":",
            "a",
            "http:",
            "evil.test",
            "?",
            "#",
            "%",
            "%25",
            ";",
            " ",
            "%0a",
            "\t",
            "ß",
            "．",
            "%c0%ae",
        ]);
        prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_refused_or_stays_below_the_base(uri in uris()) {
            let Ok(path_and_query) = path_of(&uri) else { return Ok(()) };
            let url = url::Url::parse(&format!("http://ours.test/api{path_and_query}")).unwrap();
            prop_assert_eq!(url.host_str(), Some("ours.test"));
            prop_assert_eq!((url.username(), url.password(), url.port(), url.fragment()), ("", None, None, None));
            prop_assert!(url.path().starts_with("/api/"), "{}", url);
            // A parser that repairs paths changes nothing.
            prop_assert_eq!(url.as_str(), format!("http://ours.test/api{path_and_query}"));
            let uri: http::Uri = format!("http://ours.test/api{path_and_query}").parse().unwrap();
            prop_assert_eq!(uri.authority().map(http::uri::Authority::as_str), Some("ours.test"));
        }
    }
}
