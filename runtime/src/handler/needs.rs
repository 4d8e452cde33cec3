//! What handlers need from the app and from Centrifugo's configuration, gathered before the first call.

use std::any::{TypeId, type_name};

use http::HeaderName;

/// What one handler's extractors need. Filled by [`Extract::needs`](crate::Extract::needs), read when the app starts.
#[derive(Debug, Default)]
pub struct Needs {
    pub(crate) states: Vec<(TypeId, &'static str)>,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) meta: bool,
    pub(crate) identity: bool,
    pub(crate) publications: bool,
}

impl Needs {
    /// All that these tell of.
    pub(crate) fn of(asks: &[fn(&mut Self)]) -> Self {
        let mut needs = Self::default();
        asks.iter().for_each(|ask| ask(&mut needs));
        needs
    }

    /// A value of this type given to [`App::state`](crate::App::state); without it the app doesn't start.
    pub fn state<T: 'static>(&mut self) {
        self.states.push((TypeId::of::<T>(), type_name::<T>()));
    }

    /// A header of the client's HTTP request that Centrifugo has to forward.
    pub fn header(&mut self, name: &HeaderName) {
        self.headers.push(name.clone());
    }

    /// The connection's meta, so `include_connection_meta`.
    pub fn meta(&mut self) {
        self.meta = true;
    }

    /// The handler looks at who the client is.
    pub fn identity(&mut self) {
        self.identity = true;
    }

    /// What the client publishes to a stream, so that its namespace is bidirectional.
    pub(crate) fn publications(&mut self) {
        self.publications = true;
    }

    /// The needs of an extractor that may find nothing: its states may be missing.
    pub(crate) fn optional(&mut self, needs: impl FnOnce(&mut Self)) {
        let required = self.states.len();
        needs(self);
        self.states.truncate(required);
    }
}
