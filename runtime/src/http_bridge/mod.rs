// RPCs that are answered by HTTP: `get:users/1` is asked of the app's router, or of a server, as `GET /users/1`.
//
// The bridge is a handler like any other, for all methods that no pattern takes. `method` and `path` read what is asked,
// `request` makes a request of it with `query` and `identity`, `exchange` sends that within the `deadline` (to a server:
// through `upstream`, over its `connections`), and `reply` makes the client's answer of the response. What a client puts
// into a URI is written into `bounded` text.

mod bounded;
#[cfg(feature = "http-upstream")]
mod connections;
mod deadline;
mod exchange;
mod failure;
mod identity;
mod method;
mod path;
mod query;
mod reply;
mod request;
pub(crate) mod settings;
#[cfg(feature = "http-upstream")]
mod upstream;

use std::time::Duration;

use http::{HeaderName, StatusCode};

use self::exchange::{Exchange, Limits};
use self::failure::Failure;
use self::method::{Target, UNKNOWN_VERB, VERBS};
use self::query::Lists;
pub(crate) use self::settings::Http;
use crate::dispatch::warnings::namespace;
use crate::event::{Rpc, RpcReply};
use crate::handler::call::Call;
use crate::handler::router::Binding;
use crate::handler::{About, Bound, Handler};
use crate::reject::code::ErrorReply;
use crate::reject::logged::Logged;
use crate::reject::{Internal, Reject};

/// How much of a refused method is logged, in characters.
const EXCERPT: usize = 200;

/// The handler that asks the app's [`Http`].
pub(crate) static BRIDGE: Handler = Handler::new(
    About::new("http", "http bridge", "centrifugo::App::http", None),
    &Binding::<Rpc>(|_| Some(Bound::Function(|call| Box::pin(answer(call))))),
    &[],
);

/// The app's [`Http`], ready for calls. It travels among the app's states.
pub(crate) struct Bridge {
    exchange: Exchange,
    timeout: Option<Duration>,
    max_response: usize,
    secret: Option<HeaderName>,
    /// Those of the app's RPC handlers.
    namespaces: Vec<String>,
    lists: Lists,
}

impl Bridge {
    /// What a client receives whose method is no target. Where handlers have the namespace, it has misspelt one of theirs.
    fn refused(&self, method: &str, refusal: ErrorReply) -> Reject {
        let excerpt: String = method.chars().take(EXCERPT).collect();
        let is_handlers = namespace(method).is_some_and(|name| self.namespaces.iter().any(|other| other == name));
        let refusal = if refusal == UNKNOWN_VERB && is_handlers { ErrorReply::METHOD_NOT_FOUND } else { refusal };
        let is_none = refusal == ErrorReply::METHOD_NOT_FOUND;
        let form = if is_none { ": no handler takes it, and `App::http` takes such as `get:users/1`" } else { "" };
        Reject::from(refusal).because(format!("the method is {excerpt:?}{form}"))
    }
}

/// What methods for the bridge begin with: RPC namespaces that Centrifugo has to know.
pub(crate) fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.into_iter().map(|(verb, _)| verb)
}

async fn answer(call: Call<Rpc>) -> Result<RpcReply, Reject> {
    let bridge = call.state::<Bridge>().ok_or_else(|| Internal::new("the app has no `Http`"))?;
    let method = &call.event().method;
    let target = Target::parse(method).map_err(|refusal| bridge.refused(method, refusal))?;
    let request = request::of(&target, &call, bridge)?;
    let limits = Limits { time: deadline::of(call.metadata(), bridge.timeout), bytes: bridge.max_response };
    let asked = async {
        let answer = (bridge.exchange)(request, limits).await?;
        log(&target, answer.status);
        answer.reply()
    };
    let reply = asked.await;
    Ok(reply.map_err(|source| Failure { verb: target.verb, path: target.path, source })?)
}

/// The query is left out: what clients search for is nobody's business.
fn log(Target { verb, path, .. }: &Target, status: StatusCode) {
    let path = Logged(path);
    if status.is_server_error() {
        tracing::warn!("http bridge: {verb} {path} failed with {status}");
    } else {
        tracing::debug!("http bridge: {verb} {path} answered {status}");
    }
}
