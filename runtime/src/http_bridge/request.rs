//! A call as a request.

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use http_body_util::Full;

use super::Bridge;
use super::identity;
use super::method::Target;
use super::query::{self, NOT_JSON};
use crate::event::Rpc;
use crate::extract::Meta;
use crate::handler::call::Call;
use crate::reject::Reject;
use crate::reject::code::ErrorReply;
use crate::reply::json::is_json;

const NO_URI: ErrorReply = ErrorReply::new(400, "the path is none that a URI can have");

/// The request for a target. `Err`: data that can't be sent there, or a user that can't be named.
pub(crate) fn of(target: &Target, call: &Call<Rpc>, bridge: &Bridge) -> Result<Request<Full<Bytes>>, Reject> {
    let event = call.event();
    let mut headers = identity::headers(event, call.metadata(), bridge.secret.as_ref())?;
    let (mut query, mut body) = (target.query.clone(), Bytes::new());
    if target.has_no_body() {
        query::append(&mut query, &event.data, bridge.lists)?;
    } else if !is_nothing(&event.data) {
        if !is_json(&event.data) {
            Err(NOT_JSON)?
        }
        identity::announce_json(&mut headers);
        body = event.data.clone();
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = target.verb.clone();
    *request.uri_mut() = uri(&target.path, query.as_str())?;
    *request.headers_mut() = headers;
    // Centrifugo's word comes last, so that it counts.
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

/// SDKs send `null` where the app gave them no data.
fn is_nothing(data: &[u8]) -> bool {
    matches!(data.trim_ascii(), b"" | b"null")
}
