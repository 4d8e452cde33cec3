//! The HTTP request for a call.

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use http_body_util::Full;

use super::Bridge;
use super::headers;
use super::query::{self, NOT_JSON};
use super::request_line::RequestLine;
use crate::event::Rpc;
use crate::extract::Meta;
use crate::handler::call::Call;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reply::json::is_json;

const NO_URI: ErrorReply = ErrorReply::new(400, "the path can't be part of a URI");

/// Builds the request. Refuses data that can't be sent with its verb; fails if a header can't contain the user's id.
pub(crate) fn of(line: &RequestLine, call: &Call<Rpc>, bridge: &Bridge) -> Result<Request<Full<Bytes>>, Reject> {
    let event = call.event();
    let mut headers = headers::of(event, call.metadata(), bridge.secret.as_ref())?;
    let (mut query, mut body) = (line.query.clone(), Bytes::new());
    if line.has_no_body() {
        query::append(&mut query, &event.data, bridge.list_style)?;
    } else if !is_no_data(&event.data) {
        if !is_json(&event.data) {
            Err(NOT_JSON)?
        }
        headers::announce_json(&mut headers);
        body = event.data.clone();
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = line.verb.clone();
    *request.uri_mut() = uri(&line.path, query.as_str())?;
    *request.headers_mut() = headers;
    // The values from Centrifugo come last, so that nothing of the app replaces them.
    request.extensions_mut().extend(call.extensions().clone());
    request.extensions_mut().insert(Meta(event.meta.clone()));
    request.extensions_mut().insert(event.user.clone());
    request.extensions_mut().insert(event.client.id.clone());
    Ok(request)
}

fn uri(path: &str, query: &str) -> Result<Uri, ErrorReply> {
    let text = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    PathAndQuery::try_from(text).map(Uri::from).map_err(|_| NO_URI)
}

/// Whether the client sent no data: SDKs send `null` then.
fn is_no_data(data: &[u8]) -> bool {
    matches!(data.trim_ascii(), b"" | b"null")
}
