//! A call: an event with its metadata, as handlers, extractors and interceptors receive it.

use std::sync::Arc;

use http::{Extensions, HeaderMap};

use crate::event::{Client, Event};
use crate::handler::Handler;
use crate::handler::states::States;
use crate::names::id::UserId;

/// A call of a handler: the event, its metadata, the app's states, and values of interceptors and tower layers.
#[derive(Debug)]
pub struct Call<E> {
    request: Arc<Request<E>>,
    handler: Option<&'static Handler>,
    extensions: Extensions,
    states: Arc<States>,
}

/// The event and its metadata. A call shares them with the report of its failure.
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

    /// The handler that matches the call, with its name, its pattern and its location; `None` if no pattern matches. For
    /// logs and metrics, in [interceptors](macro@crate::interceptor).
    pub fn handler(&self) -> Option<&'static Handler> {
        self.handler
    }

    /// The pattern of the handler: a label for logs and metrics whose values don't grow with the number of channels. `None`
    /// for handlers without a pattern, and if no pattern matches.
    pub fn pattern(&self) -> Option<&'static str> {
        self.handler.and_then(Handler::pattern)
    }

    /// Values that tower layers and interceptors have inserted.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Values of the call, for an interceptor to insert its own, which handlers take as [`Extension`](crate::Extension).
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// The value of this type that [`App::state`](crate::App::state) has set.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.states.get()
    }
}

impl<E: Event> Call<E> {
    /// The event.
    pub fn event(&self) -> &E {
        &self.request.event
    }

    /// The gRPC metadata of the call: the headers that Centrifugo's proxy forwards (`http_headers`, `emulated_headers`,
    /// `grpc_metadata`, `static_metadata`, `credentials_key`), and gRPC's own. Names are in lower case.
    pub fn metadata(&self) -> &HeaderMap {
        &self.request.metadata
    }

    /// The event, for an interceptor to change it. This makes a copy: reports of a failure have the event as Centrifugo sent
    /// it.
    pub fn event_mut(&mut self) -> &mut E {
        &mut Arc::make_mut(&mut self.request).event
    }

    /// The channel or the method; `None` for events that have neither. Clients choose it freely: escape it in logs.
    pub fn name(&self) -> Option<&str> {
        self.event().name()
    }

    /// The connection that the event comes from; `None` for events without a client.
    pub fn client(&self) -> Option<&Client> {
        self.event().origin().0
    }

    /// The connection's user; `None` for `connect`, where the user is not known yet, and for events without a client. Where
    /// the event's type has a user, use [`HasUser::user`](crate::HasUser::user).
    pub fn user(&self) -> Option<&UserId> {
        self.event().origin().1
    }
}
