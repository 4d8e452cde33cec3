//! One event on its way to a handler.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap};

use crate::event::{Client, Event};
use crate::handler::Handler;
use crate::names::id::UserId;

/// One event on its way to a handler, with all that extractors may take from.
#[derive(Debug)]
pub struct Call<E> {
    request: Arc<Request<E>>,
    handler: Option<&'static Handler>,
    extensions: Extensions,
    states: Arc<States>,
}

/// The event and its metadata. The call shares them with the report of its failure.
#[derive(Debug, Clone)]
pub(crate) struct Request<E> {
    pub(crate) event: E,
    pub(crate) metadata: HeaderMap,
}

impl<E> Call<E> {
    pub(crate) fn new(
        request: Arc<Request<E>>,
        handler: Option<&'static Handler>,
        extensions: Extensions,
        states: Arc<States>,
    ) -> Self {
        Self { request, handler, extensions, states }
    }

    /// The handler that was chosen for the call, with its name, its pattern and its place; `None` if no pattern matches. For logs and metrics,
    /// in [interceptors](macro@crate::interceptor).
    pub fn handler(&self) -> Option<&'static Handler> {
        self.handler
    }

    /// The pattern of the handler that was chosen: a label for logs and metrics that doesn't grow with the number of channels. `None` for
    /// handlers without one, and if no pattern matches.
    pub fn pattern(&self) -> Option<&'static str> {
        self.handler.and_then(Handler::pattern)
    }

    /// Values that tower layers and interceptors have put beside the request.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// For interceptors that put values there, which handlers take as [`Extension`](crate::Extension).
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// A value given to [`App::state`](crate::App::state).
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.states.get()
    }
}

impl<E: Event> Call<E> {
    /// The typed request.
    pub fn event(&self) -> &E {
        &self.request.event
    }

    /// The gRPC metadata of the call: the headers that Centrifugo's proxy forwards (`http_headers`, `emulated_headers`,
    /// `grpc_metadata`, `static_metadata`, `credentials_key`), and gRPC's own. Names are in lower case.
    pub fn metadata(&self) -> &HeaderMap {
        &self.request.metadata
    }

    /// The typed request, for interceptors that change it. Reports of a failure still have what Centrifugo sent, so this makes a copy.
    pub fn event_mut(&mut self) -> &mut E {
        &mut Arc::make_mut(&mut self.request).event
    }

    /// The channel or the method; `None` for events that have neither. A client has chosen it: escape it in logs.
    pub fn name(&self) -> Option<&str> {
        self.event().subject()
    }

    /// The connection that the event comes from; `None` for events that come from none.
    pub fn client(&self) -> Option<&Client> {
        self.event().origin().0
    }

    /// The connection's user, whatever the event; `None` for `connect`, where none is known yet, and for events that come from no connection. Where
    /// the event is known to have one, there is [`HasUser::user`](crate::HasUser::user).
    pub fn user(&self) -> Option<&UserId> {
        self.event().origin().1
    }
}

/// The application's values, one of each type.
#[derive(Default)]
pub(crate) struct States(BTreeMap<TypeId, Box<dyn Any + Send + Sync>>);

impl States {
    /// Puts a value in, in the place of an earlier one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.contains_key(&id)
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.find(TypeId::of::<T>())?.downcast_ref()
    }

    // Not generic, so it is compiled once.
    #[inline(never)]
    fn find(&self, id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.0.get(&id).map(Box::as_ref)
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}
