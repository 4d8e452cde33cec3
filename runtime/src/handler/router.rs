//! Who answers: handlers by event and name.

use std::sync::Arc;

use centrifugo_pattern::{self as pattern, Pattern};

use crate::event::kind::Kind;
use crate::event::{self, Event, Wire, for_each_event};
use crate::handler::next::{InterceptFn, Next};
use crate::handler::{BindFn, Bound, Handler};
use crate::names::values::Values;
use crate::reject::Reject;
use crate::reject::guard::guard;

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident: $kind:ident($event:ident) $shape:ident;)*) => {
        /// The handlers of all events.
        #[derive(Default)]
        pub struct Routes {
            $($name: Table<event::$event>,)*
        }

        $(
            impl Routed for event::$event {
                fn table(routes: &Routes) -> &Table<Self> {
                    &routes.$name
                }
            }

            impl AddHandler for Binding<event::$event> {
                fn enter(&self, handler: &'static Handler, pattern: Option<&Pattern>, routes: &mut Routes) -> Entered {
                    routes.$name.insert(handler, self.0, pattern)
                }
            }

            impl AddInterceptor for Interception<event::$event> {
                fn kind(&self) -> Kind {
                    event::$event::KIND
                }

                fn enter(&self, routes: &mut Routes) {
                    routes.$name.surround(self.0);
                }
            }
        )*
    };
}

for_each_event!(routes);

/// An event whose handlers are found in the [`Routes`].
pub(crate) trait Routed: Wire {
    /// Its handlers.
    fn table(routes: &Routes) -> &Table<Self>;
}

/// How a handler answers its event. A [`Handler`] has it without the event's type, so that handlers of all events are one type.
pub trait AddHandler: Sync {
    /// Puts the handler where calls find it.
    fn enter(&self, handler: &'static Handler, pattern: Option<&Pattern>, routes: &mut Routes) -> Entered;
}

/// Whether a handler is where calls find it. `Err`: the earlier one that answers for the same names, and what both of them match.
pub(crate) type Entered = Result<(), (&'static Handler, String)>;

/// A handler's function for an event.
#[derive(Debug)]
pub struct Binding<E: Event>(pub BindFn<E>);

/// How an interceptor surrounds the handlers of one of its events.
pub trait AddInterceptor: Sync {
    /// The event.
    fn kind(&self) -> Kind;

    /// Puts the interceptor inside of those that are there already.
    fn enter(&self, routes: &mut Routes);
}

/// An interceptor's function for an event.
#[derive(Debug)]
pub struct Interception<E: Event>(pub InterceptFn<E>);

/// The handlers of one event, and what stands around them.
pub(crate) struct Table<E: Wire> {
    patterns: pattern::Router<Route<E>>,
    has_patterns: bool,
    every_name: Option<Route<E>>,
    arounds: Arc<[InterceptFn<E>]>,
}

struct Route<E: Wire> {
    handler: &'static Handler,
    bind: BindFn<E>,
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
    fn insert(&mut self, handler: &'static Handler, bind: BindFn<E>, pattern: Option<&Pattern>) -> Entered {
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
    fn surround(&mut self, around: InterceptFn<E>) {
        self.arounds = self.arounds.iter().copied().chain([around]).collect();
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
        let mut values = Values::new(texts, self.handler);
        // A `FromStr` and a `Display` of the application run in there.
        match guard(|| (self.bind)(&mut values)) {
            Ok(bound) => bound.map(|bound| Found::Bound(self.handler, bound)),
            Err(panic) => Some(Found::Panicked(self.handler, panic)),
        }
    }
}
