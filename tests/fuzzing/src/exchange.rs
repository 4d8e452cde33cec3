//! A call of the app's service, and the form that each response has to have.

use std::time::Duration;

use bytes::{Buf, Bytes};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use tonic::body::Body;
use tower::ServiceExt;

use crate::app::with_service;

/// The longest time that a call may take, on any machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response of valid gRPC.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status of gRPC.
    pub(crate) status: u8,
    /// The messages, without their frames.
    pub(crate) messages: Vec<Bytes>,
}

/// Calls the app, and checks the response's form.
pub(crate) fn call(request: Request<Body>) -> Reply {
    let response = with_service(|runtime, service| {
        runtime.block_on(async {
            let response = async {
                let (head, body) = service.oneshot(request).await.unwrap_or_else(|never| match never {}).into_parts();
                let collected = body.collect().await.expect("the body of a response doesn't fail");
                let trailers = collected.trailers().cloned().unwrap_or_default();
                (Response::from_parts(head, collected.to_bytes()), trailers)
            };
            tokio::time::timeout(PATIENCE, response).await.expect("a response in time")
        })
    });
    read(&response.0, &response.1)
}

fn read(response: &Response<Bytes>, trailers: &HeaderMap) -> Reply {
    let headers = response.headers();
    // gRPC has a status of its own; HTTP's is another one only where the request was none of gRPC.
    assert!([200, 400, 405, 415].contains(&response.status().as_u16()), "{response:?}");
    assert_eq!(headers["content-type"], "application/grpc", "{response:?}");
    let statuses: Vec<_> = [headers, trailers].into_iter().flat_map(|map| map.get_all("grpc-status")).collect();
    let [status] = statuses[..] else { panic!("{} statuses in {response:?} and {trailers:?}", statuses.len()) };
    let status = status.to_str().ok().and_then(|text| text.parse().ok()).filter(|status| *status <= 16);
    let status = status.unwrap_or_else(|| panic!("no status of gRPC in {response:?} and {trailers:?}"));
    for text in [headers, trailers].into_iter().filter_map(|map| map.get("grpc-message")) {
        let text = percent_encoding::percent_decode(text.as_bytes()).decode_utf8();
        assert!(text.is_ok(), "{response:?}");
    }
    Reply { status, messages: messages(response.body().clone()) }
}

/// The messages in a response's body. The app compresses none.
fn messages(mut body: Bytes) -> Vec<Bytes> {
    let mut messages = Vec::new();
    while !body.is_empty() {
        assert!(body.len() >= 5, "an incomplete head: {body:?}");
        let (flag, length) = (body.get_u8(), body.get_u32() as usize);
        assert_eq!(flag, 0, "a compressed message");
        assert!(body.len() >= length, "a message of {} bytes instead of {length}", body.len());
        messages.push(body.split_to(length));
    }
    messages
}
