//! One event on its way to a handler.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap};

use crate::event::Event;

/// One event on its way to a handler, with all that extractors may take from.
#[derive(Debug)]
pub struct Call<E> {
    event: E,
    metadata: HeaderMap,
    extensions: Extensions,
    states: Arc<States>,
}

impl<E: Event> Call<E> {
    pub(crate) fn new(event: E, metadata: HeaderMap, extensions: Extensions, states: Arc<States>) -> Self {
        Self { event, metadata, extensions, states }
    }

    /// The typed request.
    pub fn event(&self) -> &E {
        &self.event
    }

    /// The gRPC metadata of the call: the headers that Centrifugo's proxy forwards (`http_headers`, `emulated_headers`,
    /// `grpc_metadata`, `static_metadata`, `credentials_key`), and gRPC's own. Names are in lower case.
    pub fn metadata(&self) -> &HeaderMap {
        &self.metadata
    }

    /// The typed request, for interceptors that change it.
    pub fn event_mut(&mut self) -> &mut E {
        &mut self.event
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

    // Apart from `get`, which is compiled in each handler.
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
