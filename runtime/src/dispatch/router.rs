//! Who answers: handlers by event and name.

use std::sync::Arc;

use centrifugo_pattern::{self as pattern, Pattern};

use crate::event::{
    CacheEmpty, ChannelState, Connect, MapPublish, MapRemove, Publish, Refresh, Rpc, SharedPoll, SubRefresh, Subscribe,
    SubscribeStream, Wire,
};
use crate::handler::interceptor::{Around, Next};
use crate::handler::{Bind, Bound, Handler, Reader, Values};
use crate::reject::Reject;
use crate::reject::guard::guard;

/// The handlers of all events.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) connect: Table<Connect>,
    pub(crate) refresh: Table<Refresh>,
    pub(crate) subscribe: Table<Subscribe>,
    pub(crate) publish: Table<Publish>,
    pub(crate) sub_refresh: Table<SubRefresh>,
    pub(crate) rpc: Table<Rpc>,
    pub(crate) stream: Table<SubscribeStream>,
    pub(crate) map_publish: Table<MapPublish>,
    pub(crate) map_remove: Table<MapRemove>,
    pub(crate) shared_poll: Table<SharedPoll>,
    pub(crate) cache_empty: Table<CacheEmpty>,
    pub(crate) channel_state: Table<ChannelState>,
}

/// The handlers of one event, and what stands around them.
pub(crate) struct Table<E: Wire> {
    patterns: pattern::Router<Route<E>>,
    has_patterns: bool,
    every_name: Option<Route<E>>,
    arounds: Arc<[Around<E>]>,
}

struct Route<E: Wire> {
    handler: &'static Handler,
    bind: Bind<E>,
}

/// A handler that has been chosen for a call.
pub(crate) enum Found<E: Wire> {
    /// The event has no handlers at all.
    NoHandlers,
    /// None of the handlers is for this name.
    NoMatch,
    /// The placeholders' values parse, and are written as they are in the name.
    Bound(&'static Handler, Bound<E>),
    /// A placeholder's `FromStr` or `Display` panicked.
    Panicked(&'static Handler, Reject),
}

impl<E: Wire> Default for Table<E> {
    fn default() -> Self {
        Self { patterns: pattern::Router::default(), has_patterns: false, every_name: None, arounds: Arc::default() }
    }
}

impl<E: Wire> Table<E> {
    /// Adds a handler. `Err`: the earlier one that answers for the same names, and what both of them match.
    pub(crate) fn insert(
        &mut self,
        handler: &'static Handler,
        bind: Bind<E>,
        pattern: Option<&Pattern>,
    ) -> Result<(), (&'static Handler, String)> {
        let route = Route { handler, bind };
        match (pattern, &self.every_name) {
            (Some(pattern), _) => {
                self.has_patterns = true;
                let taken = self.patterns.insert(pattern, handler.options().ignore_case, route);
                taken.map_err(|conflict| (conflict.existing.handler, conflict.shape))
            }
            (None, Some(first)) => Err((first.handler, String::new())),
            (None, None) => {
                self.every_name = Some(route);
                Ok(())
            }
        }
    }

    /// Adds an interceptor inside of those that are there.
    pub(crate) fn intercept(&mut self, around: Option<Around<E>>) {
        self.arounds = self.arounds.iter().copied().chain(around).collect();
    }

    /// Puts the interceptors around the answer.
    pub(crate) fn around(&self, bound: Bound<E>) -> Bound<E> {
        if self.arounds.is_empty() {
            return bound;
        }
        let next = Next::new(Arc::clone(&self.arounds), bound);
        Bound::Closure(Box::new(|call| next.reply(call)))
    }

    /// The most specific handler whose placeholders' types take the values in the name.
    pub(crate) fn find(&self, name: &str) -> Found<E> {
        let specific = self.patterns.find_map(name, |found| found.value.bind(Some(found.values())));
        let any = || self.every_name.as_ref().and_then(|route| route.bind(None));
        match specific.or_else(any) {
            Some(found) => found,
            None if self.is_empty() => Found::NoHandlers,
            None => Found::NoMatch,
        }
    }

    /// Whether the event has no handlers at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.has_patterns && self.every_name.is_none()
    }
}

impl<E: Wire> Route<E> {
    fn bind(&self, texts: Option<pattern::Values<'_, '_>>) -> Option<Found<E>> {
        let mut values = Values::new(texts, Reader::Handler(self.handler));
        // A `FromStr` and a `Display` of the application run in there.
        match guard(|| (self.bind)(&mut values)) {
            Ok(bound) => bound.map(|bound| Found::Bound(self.handler, bound)),
            Err(panic) => Some(Found::Panicked(self.handler, panic)),
        }
    }
}
