//! The metadata of calls: constants, forwarded headers, and the secret.

use http::{HeaderMap, HeaderName, HeaderValue};
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use super::Caller;
use crate::config::options::ProxyOptions;

/// Headers that gRPC sets itself, so that no header of the client takes their place.
const OWN: [&str; 6] = ["user-agent", "content-type", "te", "host", "grpc-timeout", "grpc-encoding"];

/// A call's request, with the proxy's timeout as its deadline. `Err`: a forwarded header can't be sent, so the call fails.
pub(super) fn request<M>(options: &ProxyOptions, caller: &Caller, message: M) -> Result<Request<M>, Status> {
    let mut request = stream_request(options, caller, message)?;
    request.set_timeout(options.timeout);
    Ok(request)
}

/// The request of a stream, which has no deadline.
pub(super) fn stream_request<M>(options: &ProxyOptions, caller: &Caller, message: M) -> Result<Request<M>, Status> {
    let mut request = Request::new(message);
    *request.metadata_mut() = MetadataMap::from_headers(metadata(options, caller)?);
    *request.extensions_mut() = caller.extensions.clone();
    Ok(request)
}

fn metadata(options: &ProxyOptions, caller: &Caller) -> Result<HeaderMap, Status> {
    let mut metadata: HeaderMap = options.static_metadata.iter().cloned().collect();
    for name in options.emulated_headers.iter().filter(|name| is_free(name)) {
        if let Some(value) = emulated(caller, name) {
            metadata.insert(name, value?);
        }
    }
    for name in options.http_headers.iter().filter(|name| is_free(name)) {
        let mut values = caller.headers.get_all(name).iter().peekable();
        if values.peek().is_some() {
            metadata.remove(name);
        }
        for value in values {
            check(name, value)?;
            metadata.append(name, value.clone());
        }
    }
    if let Some((key, value)) = &options.credentials {
        metadata.append(key, value.clone());
    }
    Ok(metadata)
}

fn is_free(name: &HeaderName) -> bool {
    !OWN.contains(&name.as_str())
}

/// A header of the connect command. Names of headers have no case.
fn emulated(caller: &Caller, name: &HeaderName) -> Option<Result<HeaderValue, Status>> {
    let (_, value) = caller.emulated.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_str()))?;
    Some(HeaderValue::from_str(value).map_err(|_| unsendable(name)).and_then(|value| check(name, &value).map(|()| value)))
}

/// gRPC's metadata have printable ASCII alone.
fn check(name: &HeaderName, value: &HeaderValue) -> Result<(), Status> {
    let is_printable = value.as_bytes().iter().all(|byte| (0x20..=0x7e).contains(byte));
    if is_printable { Ok(()) } else { Err(unsendable(name)) }
}

fn unsendable(name: &HeaderName) -> Status {
    Status::invalid_argument(format!("the client's header `{name}` has a value that gRPC's metadata can't have"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &'static str) -> HeaderName {
        HeaderName::from_static(name)
    }

    fn value(value: &'static str) -> HeaderValue {
        HeaderValue::from_static(value)
    }

    fn options() -> ProxyOptions {
        ProxyOptions {
            http_headers: vec![name("cookie"), name("x-node"), name("host")],
            emulated_headers: vec![name("authorization"), name("x-node")],
            static_metadata: vec![(name("x-node"), value("a"))],
            credentials: Some((name("x-secret"), value("s"))),
            ..ProxyOptions::default()
        }
    }

    fn sent(caller: &Caller) -> Vec<(String, String)> {
        let metadata = metadata(&options(), caller).expect("metadata");
        let text = |value: &HeaderValue| value.to_str().expect("text").to_owned();
        metadata.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
    }

    #[test]
    fn a_header_of_the_request_wins_over_the_commands_and_both_over_constants() {
        let mut caller = Caller { emulated: [("X-Node".into(), "b".into())].into(), ..Caller::default() };
        assert_eq!(sent(&caller), [("x-node".into(), "b".into()), ("x-secret".into(), "s".into())]);
        caller.headers.insert("x-node", value("c"));
        caller.headers.insert("host", value("h"));
        caller.headers.append("cookie", value("1"));
        caller.headers.append("cookie", value("2"));
        let sent = sent(&caller);
        assert!(sent.contains(&("x-node".into(), "c".into())), "{sent:?}");
        assert_eq!(sent.iter().filter(|(name, _)| name == "cookie").count(), 2);
        assert!(!sent.iter().any(|(name, _)| name == "host"), "{sent:?}");
    }

    #[test]
    fn a_header_with_other_bytes_fails_the_call() {
        let caller = Caller { emulated: [("authorization".into(), "ä".into())].into(), ..Caller::default() };
        assert!(metadata(&options(), &caller).is_err());
    }
}
