//! The needs of handlers: states of the app, and settings of Centrifugo's configuration. Known before the first call.

use std::any::{TypeId, type_name};

use http::HeaderName;

/// The function that adds an extractor's needs: [`Extract::needs`](crate::Extract::needs).
pub(crate) type NeedsFn = fn(&mut Needs);

/// The needs of a handler's extractors, collected by [`Extract::needs`](crate::Extract::needs) and checked when the app
/// starts.
#[derive(Debug, Default)]
pub struct Needs {
    pub(crate) states: Vec<(TypeId, &'static str)>,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) meta: bool,
    pub(crate) identity: bool,
    pub(crate) publications: bool,
}

impl Needs {
    /// The needs of several extractors together.
    pub(crate) fn of(all: &[NeedsFn]) -> Self {
        let mut needs = Self::default();
        all.iter().for_each(|add| add(&mut needs));
        needs
    }

    /// Needs a state of this type, set by [`App::state`](crate::App::state); without it the app doesn't start.
    pub fn state<T: 'static>(&mut self) {
        self.states.push((TypeId::of::<T>(), type_name::<T>()));
    }

    /// Needs a header of the client's HTTP request, which Centrifugo has to forward.
    pub fn header(&mut self, name: &HeaderName) {
        self.headers.push(name.clone());
    }

    /// Needs the connection's meta: Centrifugo's `include_connection_meta`.
    pub fn meta(&mut self) {
        self.meta = true;
    }

    /// Declares that the extractor depends on who the client is.
    pub fn identity(&mut self) {
        self.identity = true;
    }

    /// Needs the client's publications to a stream: the namespace's `subscribe_stream_proxy_bidirectional`.
    pub(crate) fn publications(&mut self) {
        self.publications = true;
    }

    /// Adds the needs of an optional extractor: its states may be missing.
    pub(crate) fn optional(&mut self, needs: impl FnOnce(&mut Self)) {
        let required = self.states.len();
        needs(self);
        self.states.truncate(required);
    }
}
