//! The headers of a request: the client's, without those that it must not set, and the ids of its user and connection.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::event::Rpc;
use crate::reject::Internal;

const USER: HeaderName = HeaderName::from_static("x-centrifugo-user");
const CLIENT: HeaderName = HeaderName::from_static("x-centrifugo-client");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Headers that describe the gRPC call from Centrifugo or the client's own HTTP request, and not the request of the bridge.
const NOT_FORWARDED: [&str; 21] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// The headers of the request for this call. The `secret` belongs to the app, and isn't forwarded.
pub(crate) fn of(event: &Rpc, metadata: &HeaderMap, secret: Option<&HeaderName>) -> Result<HeaderMap, Internal> {
    let mut headers = HeaderMap::with_capacity(metadata.len() + 4);
    for (name, value) in metadata.iter().filter(|(name, _)| is_forwarded(name) && Some(*name) != secret) {
        headers.append(name, value.clone());
    }
    headers.insert(ACCEPT, JSON);
    headers.insert(CLIENT, value("client", &event.client.id)?);
    if !event.user.is_anonymous() {
        headers.insert(USER, value("user", &event.user)?);
    }
    Ok(headers)
}

/// Adds the content type of a JSON body.
pub(crate) fn announce_json(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, JSON);
}

fn is_forwarded(name: &HeaderName) -> bool {
    // For CGI and its descendants (PHP, WSGI), `x_centrifugo_user` is the same header.
    let canonical = name.as_str().replace(['_', '.'], "-");
    let is_ours = canonical == USER.as_str() || canonical == CLIENT.as_str();
    !is_ours && !name.as_str().starts_with("grpc-") && !NOT_FORWARDED.contains(&name.as_str())
}

/// An id as a header, in UTF-8. An id that a header would change must not arrive as another id, so the call fails.
fn value(what: &str, id: &str) -> Result<HeaderValue, Internal> {
    let arrives = id.trim() == id && !id.contains(char::is_control);
    let value = HeaderValue::from_bytes(id.as_bytes()).ok().filter(|_| arrives);
    value.ok_or_else(|| Internal::new(format!("the {what} id {id:?} can't be sent in a header")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use bytes::Bytes;

    use super::*;
    use crate::event::{Client, Encoding, Protocol};
    use crate::names::id::{ClientId, UserId};

    fn headers_of(user: &str, metadata: &[(&'static str, &'static str)]) -> Result<Vec<(String, String)>, Internal> {
        let client = Client {
            id: ClientId::new("c1"),
            transport: "websocket".into(),
            protocol: Protocol::Json,
            encoding: Encoding::Json,
        };
        let event = Rpc {
            client,
            user: UserId::new(user),
            method: String::new(),
            data: Bytes::new(),
            meta: Bytes::new(),
            labels: HashMap::new(),
        };
        let pairs = metadata.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        map.extend(pairs.map(|(name, value)| (Some(name), value)));
        let headers = of(&event, &map, Some(&HeaderName::from_static("x-secret")))?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut all: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        all.sort();
        Ok(all)
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn forwarded_headers_arrive_and_grpc_s_own_do_not() {
        let metadata = [
            ("authorization", "Bearer t"),
            ("cookie", "a=b"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("user-agent", "grpc-go/1.82.0"),
            ("grpc-timeout", "1S"),
            ("accept-encoding", "gzip"),
            ("x-secret", "s3cr3t"),
        ];
        let expected = [
            ("accept", "application/json"),
            ("authorization", "Bearer t"),
            ("cookie", "a=b"),
            ("x-centrifugo-client", "c1"),
            ("x-centrifugo-user", "7"),
        ];
        assert_eq!(headers_of("7", &metadata).unwrap(), pairs(&expected));
    }

    #[test]
    fn a_client_can_not_name_the_user() {
        let metadata = [
            ("x-centrifugo-user", "1"),
            ("x_centrifugo_user", "1"),
            ("x.centrifugo-user", "1"),
            ("x-centrifugo-client", "c0"),
        ];
        let expected = [("accept", "application/json"), ("x-centrifugo-client", "c1")];
        assert_eq!(headers_of("", &metadata).unwrap(), pairs(&expected));
    }

    #[test]
    fn a_user_that_no_header_can_hold_fails_instead_of_being_another_one() {
        assert!(headers_of("Анна", &[]).is_ok());
        for user in ["7\r\nx-admin: 1", " 7", "7 ", "\u{7f}", " "] {
            assert!(headers_of(user, &[]).is_err(), "{user:?}");
        }
    }
}
