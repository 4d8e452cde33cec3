// The HTTP bridge: RPCs that HTTP answers, such as `get:users/1` by `GET /users/1` to the app's router or to a server.
//
// The bridge is a handler like any other, for all methods that no pattern matches. A call passes through the files in this
// order: `request_line` and `path` parse the method, `request` builds the request with `headers` and `query`, `time_limit`
// sets how long it may take, `backend` sends it and reads the response (to a server by `upstream`, over its `connections`),
// and `reply` turns the response into the client's reply. `bounded` limits how long a URI becomes that a client determines.

mod backend;
mod bounded;
#[cfg(feature = "http-upstream")]
mod connections;
mod error;
mod headers;
mod path;
mod query;
mod reply;
mod request;
mod request_line;
pub(crate) mod settings;
mod time_limit;
#[cfg(feature = "http-upstream")]
mod upstream;

use std::time::Duration;

use http::{HeaderName, StatusCode};

use self::backend::{Backend, ResponseLimits};
use self::error::BridgeError;
use self::query::ListStyle;
use self::request_line::{RequestLine, UNKNOWN_VERB, VERBS};
pub(crate) use self::settings::Http;
use crate::dispatch::warnings::namespace;
use crate::event::{Rpc, RpcReply};
use crate::handler::call::Call;
use crate::handler::router::Binding;
use crate::handler::{Bound, Handler, HandlerInfo};
use crate::reject::error_reply::ErrorReply;
use crate::reject::logged::{Logged, without_query};
use crate::reject::{Internal, Reject};

/// The most characters of a refused method that are logged.
const EXCERPT: usize = 200;

/// The handler that calls the app's [`Http`].
pub(crate) static BRIDGE: Handler = Handler::new(
    HandlerInfo::new("http", "http bridge", "centrifugo::App::http", None),
    &Binding::<Rpc>(|_| Some(Bound::Function(|call| Box::pin(answer(call))))),
    &[],
);

/// The app's [`Http`], ready for calls. Its handler takes it from the app's states.
pub(crate) struct Bridge {
    backend: Backend,
    timeout: Option<Duration>,
    max_response: usize,
    secret: Option<HeaderName>,
    /// The namespaces of the app's RPC handlers.
    namespaces: Vec<String>,
    list_style: ListStyle,
}

/// The verbs with which methods for the bridge begin: RPC namespaces that Centrifugo's configuration has to contain.
pub(crate) fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.into_iter().map(|(verb, _)| verb)
}

async fn answer(call: Call<Rpc>) -> Result<RpcReply, Reject> {
    let bridge = call.state::<Bridge>().ok_or_else(|| Internal::new("the app has no `Http`"))?;
    let method = &call.event().method;
    let line = RequestLine::parse(method).map_err(|refusal| bridge.refuse(method, refusal))?;
    let request = request::of(&line, &call, bridge)?;
    let limits = ResponseLimits { time: time_limit::of(call.metadata(), bridge.timeout), bytes: bridge.max_response };
    let exchange = async {
        let response = (bridge.backend)(request, limits).await?;
        log(&line, response.status);
        response.reply()
    };
    let reply = exchange.await;
    Ok(reply.map_err(|source| BridgeError { verb: line.verb, path: line.path, source })?)
}

impl Bridge {
    /// Refuses a method that is not a request line. A client that uses a namespace of the app's handlers has probably
    /// misspelt the method of one, so it receives the same error as without the bridge.
    fn refuse(&self, method: &str, refusal: ErrorReply) -> Reject {
        let excerpt: String = without_query(method).chars().take(EXCERPT).collect();
        let is_handlers = namespace(method).is_some_and(|name| self.namespaces.iter().any(|other| other == name));
        let refusal = if refusal == UNKNOWN_VERB && is_handlers { ErrorReply::METHOD_NOT_FOUND } else { refusal };
        let is_unknown = refusal == ErrorReply::METHOD_NOT_FOUND;
        let advice =
            if is_unknown { ": no handler matches it, and `App::http` accepts methods like `get:users/1`" } else { "" };
        Reject::from(refusal).because(format!("the method is {excerpt:?}{advice}"))
    }
}

/// Logs the status, without the query: what clients search for is private.
fn log(RequestLine { verb, path, .. }: &RequestLine, status: StatusCode) {
    let path = Logged(path);
    if status.is_server_error() {
        tracing::warn!("http bridge: {verb} {path} failed with {status}");
    } else {
        tracing::debug!("http bridge: {verb} {path} returned {status}");
    }
}
