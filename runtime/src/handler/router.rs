//! The routes: handlers and interceptors by event, handlers by name as well.

use std::sync::Arc;

use centrifugo_pattern::{self as pattern, Pattern};

use crate::event::kind::Kind;
use crate::event::{self, Event, Wire, for_each_event};
use crate::handler::Handler;
use crate::handler::bound::{BindFn, Bound};
use crate::handler::next::{InterceptFn, Next};
use crate::names::values::Values;
use crate::reject::Reject;
use crate::reject::guard::guard;

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident $types:tt;)*) => {
        /// The handlers and interceptors of all events.
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
                fn add_to(&self, routes: &mut Routes, handler: &'static Handler, pattern: Option<&Pattern>) -> Added {
                    routes.$name.add_handler(handler, self.0, pattern)
                }
            }

            impl AddInterceptor for Interception<event::$event> {
                fn kind(&self) -> Kind {
                    event::$event::KIND
                }

                fn add_to(&self, routes: &mut Routes) {
                    routes.$name.add_interceptor(self.0);
                }
            }
        )*
    };
}

for_each_event!(routes);

/// An event that [`Routes`] has a table for.
pub(crate) trait Routed: Wire {
    /// The event's table.
    fn table(routes: &Routes) -> &Table<Self>;
}

/// A [`Binding`] without its event's type, so that the handlers of all events have one type.
pub trait AddHandler: Sync {
    /// Adds the handler to the table of its event.
    fn add_to(&self, routes: &mut Routes, handler: &'static Handler, pattern: Option<&Pattern>) -> Added;
}

/// Whether a handler was added. `Err`: an earlier handler matches the same names; the text is what both of them match.
pub(crate) type Added = Result<(), (&'static Handler, String)>;

/// The function of a handler, for its event.
#[derive(Debug)]
pub struct Binding<E: Event>(pub BindFn<E>);

/// An [`Interception`] without its event's type.
pub trait AddInterceptor: Sync {
    /// The event.
    fn kind(&self) -> Kind;

    /// Adds the interceptor to the table of its event, inside of those added before.
    fn add_to(&self, routes: &mut Routes);
}

/// The function of an interceptor, for one of its events.
#[derive(Debug)]
pub struct Interception<E: Event>(pub InterceptFn<E>);

/// The handlers and interceptors of one event.
pub(crate) struct Table<E: Wire> {
    patterns: pattern::Router<Route<E>>,
    has_patterns: bool,
    every_name: Option<Route<E>>,
    interceptors: Arc<[InterceptFn<E>]>,
}

struct Route<E: Wire> {
    handler: &'static Handler,
    bind: BindFn<E>,
}

/// The result of the search for a call's handler.
pub(crate) enum Found<E: Wire> {
    /// The event has no handlers at all.
    NoHandlers,
    /// None of the event's handlers matches the name.
    NoMatch,
    /// The handler that matches, with the values of its placeholders.
    Bound(&'static Handler, Bound<E>),
    /// A placeholder's `FromStr` or `Display` panicked.
    Panicked(&'static Handler, Reject),
}

impl<E: Wire> Default for Table<E> {
    fn default() -> Self {
        Self { patterns: pattern::Router::default(), has_patterns: false, every_name: None, interceptors: Arc::default() }
    }
}

impl<E: Wire> Table<E> {
    fn add_handler(&mut self, handler: &'static Handler, bind: BindFn<E>, pattern: Option<&Pattern>) -> Added {
        let route = Route { handler, bind };
        match (pattern, &self.every_name) {
            (Some(pattern), _) => {
                self.has_patterns = true;
                let inserted = self.patterns.insert(pattern, handler.options().ignore_case, route);
                inserted.map_err(|conflict| (conflict.existing.handler, conflict.shape))
            }
            (None, Some(first)) => Err((first.handler, String::new())),
            (None, None) => {
                self.every_name = Some(route);
                Ok(())
            }
        }
    }

    fn add_interceptor(&mut self, intercept: InterceptFn<E>) {
        self.interceptors = self.interceptors.iter().copied().chain([intercept]).collect();
    }

    /// The handler with the event's interceptors around it.
    pub(crate) fn intercepted(&self, bound: Bound<E>) -> Bound<E> {
        if self.interceptors.is_empty() {
            return bound;
        }
        let next = Next::new(Arc::clone(&self.interceptors), bound);
        Bound::Closure(Box::new(|call| next.reply(call)))
    }

    /// Finds the most specific handler that matches the name, and whose placeholders' types can read the values.
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
        // This runs the app's own `FromStr` and `Display`.
        match guard(|| (self.bind)(&mut values)) {
            Ok(bound) => bound.map(|bound| Found::Bound(self.handler, bound)),
            Err(panic) => Some(Found::Panicked(self.handler, panic)),
        }
    }
}
