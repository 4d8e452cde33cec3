//! A call of the test: its request, and its way through the app.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::TestApp;
use super::outcome::Outcome;
use super::request::TestEvent;
use crate::dispatch::{Head, InFlight, refuse};
use crate::event::draft::Draft;
use crate::event::facts::Proxy;
use crate::event::inbound::Inbound;
use crate::event::{ChannelChange, ChannelState, Event, HasClient, HasData, HasUser, SharedPoll, SubscribeStream, Wire};
use crate::handler::grpc_timeout;
use crate::reply::payload::Payload;
use crate::wire;

/// A call of the app, which `.await` makes and which returns an [`Outcome`].
///
/// By default it comes from an anonymous client `c1`, which speaks JSON over a WebSocket and sends no data.
#[must_use = "a call is made when it is awaited"]
pub struct TestCall<'a, E> {
    app: &'a TestApp,
    draft: Draft,
    metadata: HeaderMap,
    extensions: Extensions,
    event: PhantomData<fn() -> E>,
}

impl<'a, E> TestCall<'a, E> {
    pub(super) fn new(app: &'a TestApp, data: &'static str) -> Self {
        let (metadata, extensions) = Default::default();
        let draft = Draft { data: Bytes::from_static(data.as_bytes()), ..Draft::default() };
        Self { app, draft, metadata, extensions, event: PhantomData }
    }

    pub(super) fn channel(mut self, channel: String) -> Self {
        self.draft.channel = channel;
        self
    }

    pub(super) fn method(mut self, method: String) -> Self {
        self.draft.method = method;
        self
    }

    pub(super) fn key(mut self, key: String) -> Self {
        self.draft.key = key;
        self
    }

    /// Adds a value that handlers take as [`Extension<T>`](crate::Extension), as a tower layer would add it.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }
}

impl<E: Event> TestCall<'_, E> {
    /// Adds a metadata entry: a header that Centrifugo forwards, or one that gRPC adds. A call without `grpc-timeout` has
    /// the deadline of the proxy in the [generated configuration](crate::App::centrifugo_config), 1 s by default.
    ///
    /// # Panics
    ///
    /// If the header isn't valid, or if the generated configuration doesn't contain it, so that Centrifugo wouldn't forward
    /// it.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).unwrap_or_else(|error| panic!("not a header name: `{name}`: {error}"));
        let value = HeaderValue::try_from(value).unwrap_or_else(|error| panic!("not a header value: {value:?}: {error}"));
        if !self.app.centrifugo.forwards(E::KIND, name.as_str()) {
            panic!(
                "Centrifugo wouldn't forward `{name}` with a {} call: take it as `Header<H>`, add it by `App::http_headers` \
                 or `App::emulated_headers`, or call `needs.header(..)` in `Extract::needs` of the extractor that reads it",
                E::KIND
            );
        }
        self.metadata.append(name, value);
        self
    }
}

impl<E: HasClient> TestCall<'_, E> {
    /// Sets the connection's id.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.draft.client = id.into();
        self
    }

    /// Lets the client speak protobuf, so that it sends and receives any bytes.
    pub fn protobuf(mut self) -> Self {
        self.draft.protocol = "protobuf".to_owned();
        self
    }
}

impl<E: HasUser> TestCall<'_, E> {
    /// Sets the connection's user.
    pub fn user(mut self, user: impl ToString) -> Self {
        self.draft.user = user.to_string();
        self
    }

    /// Sets the connection's meta, which the reply to `connect` contained, as JSON.
    ///
    /// # Panics
    ///
    /// If it can't be written as JSON, or if the [generated configuration](crate::App::centrifugo_config) has no
    /// `include_connection_meta` for the event, so that Centrifugo wouldn't send it.
    #[track_caller]
    pub fn meta(mut self, meta: impl Serialize) -> Self {
        if !self.app.centrifugo.has_meta(E::KIND) {
            panic!(
                "Centrifugo wouldn't send the meta with a {} call, because no handler of the event takes `Meta<T>`: if an \
                 extractor of your own reads it, call `needs.meta()` in its `Extract::needs`, or write it with \
                 `#[centrifugo::extractor]`",
                E::KIND
            );
        }
        self.draft.meta = json("meta", &meta);
        self
    }
}

impl<E: HasData> TestCall<'_, E> {
    /// Sets the data that the client sends, as JSON. By default it is `null` for publish and map_publish, and empty for
    /// other events.
    ///
    /// # Panics
    ///
    /// If it can't be written as JSON.
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.draft.data = json("data", &data);
        self
    }

    /// Sets the data that the client sends.
    pub fn raw_data(mut self, data: impl Into<Bytes>) -> Self {
        self.draft.data = data.into();
        self
    }
}

impl TestCall<'_, SubscribeStream> {
    /// Sets the publications that the client sends, for handlers that take [`Publications`](crate::Publications).
    pub fn publications(mut self, publications: impl Stream<Item = Bytes> + Send + 'static) -> Self {
        self.draft.inbound = Inbound::of_test(publications);
        self
    }
}

impl TestCall<'_, SharedPoll> {
    /// Adds a key to the poll, with the version that Centrifugo has of it; 0 for none.
    pub fn item(mut self, key: impl Into<String>, version: u64) -> Self {
        self.draft.items.push(wire::SharedPollRefreshItem { key: key.into(), version });
        self
    }
}

impl TestCall<'_, ChannelState> {
    pub(super) fn change(mut self, change: &ChannelChange) -> Self {
        self.draft.change = change.as_str().to_owned();
        self
    }
}

/// Writes JSON as the app does.
fn json(what: &str, value: &impl Serialize) -> Bytes {
    Payload::json(value).into_bytes(what, true).unwrap_or_else(|error| panic!("{error}"))
}

impl<'a, E: TestEvent> IntoFuture for TestCall<'a, E> {
    type Output = Outcome<E>;
    type IntoFuture = BoxFuture<'a, Outcome<E>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { app, draft, mut metadata, extensions, .. } = self;
        metadata.entry(grpc_timeout::TIMEOUT).or_insert_with(|| grpc_timeout::value(app.centrifugo.timeout(E::KIND)));
        Box::pin(async move {
            let event = E::decode(E::request(draft)).unwrap_or_else(|malformed| panic!("{malformed}"));
            let head = Head::new(metadata, extensions, Instant::now());
            let Some(mut call) = Arc::clone(&app.dispatch).start(event, head, |response, _| Ok(response)) else {
                panic!("no handler: write one with `{}`", E::KIND.facts().attribute)
            };
            app.check_is_called(&call);
            match call.encoded().await {
                Ok(response) => E::outcome(response, call.record().clone()),
                Err(reject) => {
                    let reject = Arc::new(reject);
                    // As for a call from Centrifugo, the log and the error handler receive it.
                    drop(refuse::<E>(call.record(), Arc::clone(&reject)));
                    Outcome::rejected(reject)
                }
            }
        })
    }
}

impl<E> fmt::Debug for TestCall<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCall").field("draft", &self.draft).field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

impl TestApp {
    /// Panics if Centrifugo wouldn't call the handler that was found.
    fn check_is_called<E: Wire, T>(&self, call: &InFlight<E, T>) {
        let (Some(handler), Some(name)) = (call.record().handler(), call.record().name()) else { return };
        if !self.centrifugo.calls(E::KIND, name) {
            let naming = E::KIND.facts().proxy.map_or("", Proxy::naming);
            panic!(
                "Centrifugo wouldn't call {} for `{}`: its configuration has no such namespace, or the namespace doesn't \
                 switch on {} calls; name it with {naming}",
                handler.location(),
                name.escape_debug(),
                E::KIND
            );
        }
    }
}
