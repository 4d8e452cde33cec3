//! The app's handlers and interceptors, checked once at the start: every conflict is reported, with file and line.

pub(crate) mod forwardable;

use std::any::TypeId;

use centrifugo_pattern::{Namespace, Pattern};

use crate::error::Conflict;
use crate::event::kind::Kind;
use crate::handler::Handler;
use crate::handler::interceptor::Interceptor;
use crate::handler::needs::Needs;
use crate::handler::router::Routes;
use crate::handler::states::States;
use crate::names::location::Location;

/// The app's handlers and interceptors, with what is known of them before the first call.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) handlers: Vec<RegisteredHandler>,
    /// The outermost first.
    pub(crate) interceptors: Vec<&'static Interceptor>,
}

/// A handler with its parsed pattern and its needs.
pub(crate) struct RegisteredHandler {
    pub(crate) handler: &'static Handler,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) needs: Needs,
}

impl Registry {
    /// Registers the interceptors and the handlers, and builds the routes to them. `conflicts` receives everything that is
    /// wrong with them.
    pub(crate) fn new(
        handlers: &[&'static Handler],
        interceptors: &[&'static Interceptor],
        states: &States,
        conflicts: &mut Vec<Conflict>,
    ) -> (Self, Routes) {
        let mut builder = Builder { registry: Self::default(), routes: Routes::default(), states, conflicts };
        builder.add_interceptors(interceptors);
        for handler in handlers {
            builder.add_handler(handler);
        }
        (builder.registry, builder.routes)
    }

    /// The handlers of one event.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &RegisteredHandler> {
        self.handlers.iter().filter(move |registered| registered.handler.kind() == kind)
    }

    /// The needs of the event's handlers, and of the interceptors around them.
    pub(crate) fn needs_of(&self, kind: Kind) -> impl Iterator<Item = Needs> {
        let around = self.interceptors.iter().filter(move |interceptor| interceptor.intercepts(kind));
        self.of(kind).map(|registered| registered.handler.needs()).chain(around.map(|interceptor| interceptor.needs()))
    }
}

impl RegisteredHandler {
    /// The namespace of the names that it matches; `Open` if it has no pattern.
    pub(crate) fn namespace(&self) -> Namespace<'_> {
        self.pattern.as_ref().map_or(Namespace::Open, Pattern::namespace)
    }

    /// Whether it lets clients write without checking who they are.
    pub(crate) fn trusts_anyone(&self) -> bool {
        self.handler.kind().facts().writes && !self.needs.identity && !self.handler.options().anyone
    }
}

/// A registry that is being built, with its routes and the conflicts found so far.
struct Builder<'a> {
    registry: Registry,
    routes: Routes,
    states: &'a States,
    conflicts: &'a mut Vec<Conflict>,
}

impl Builder<'_> {
    fn add_interceptors(&mut self, interceptors: &[&'static Interceptor]) {
        let mut sorted = interceptors.to_vec();
        sorted.sort_by_key(|interceptor| interceptor.rank());
        for interceptor in &sorted {
            interceptor.functions().for_each(|function| function.add_to(&mut self.routes));
            self.check_needs(&interceptor.needs(), interceptor.location());
        }
        self.registry.interceptors = sorted;
    }

    fn add_handler(&mut self, handler: &'static Handler) {
        let pattern = match parse(handler) {
            Ok(pattern) => pattern,
            Err(conflict) => return self.conflicts.push(conflict),
        };
        let (at, needs) = (handler.location(), handler.needs());
        self.check_needs(&needs, at);
        if let Err((first, shape)) = handler.binding().add_to(&mut self.routes, handler, pattern.as_ref()) {
            self.conflicts.push(Conflict::Duplicate { shape, first: first.location(), second: at });
        }
        self.registry.handlers.push(RegisteredHandler { handler, pattern, needs });
    }

    /// Checks that the app has the states, and that Centrifugo can forward the headers.
    fn check_needs(&mut self, needs: &Needs, at: Location) {
        let missing = needs.states.iter().filter(|(id, _)| !self.states.has(*id));
        self.conflicts.extend(missing.map(|&state| missing_state(state, at)));
        for header in &needs.headers {
            self.conflicts.extend(forwardable::check(header.as_str(), &at.to_string()).err());
        }
    }
}

/// Parses and checks the handler's pattern. Its attribute has checked a pattern that it could see, but the pattern of a
/// typed channel may still be wrong for this event.
fn parse(handler: &'static Handler) -> Result<Option<Pattern>, Conflict> {
    let Some(text) = handler.pattern() else { return Ok(None) };
    let place = handler.kind().facts().place();
    Pattern::parse(text)
        .and_then(|pattern| pattern.check(place).map(|()| Some(pattern)))
        .map_err(|fault| Conflict::Pattern { fault: fault.to_string(), at: handler.location() })
}

#[cfg_attr(not(feature = "api"), expect(unused_variables, reason = "only the publisher has a conflict of its own"))]
fn missing_state((id, state): (TypeId, &'static str), at: Location) -> Conflict {
    #[cfg(feature = "api")]
    if id == TypeId::of::<crate::api::Publisher>() {
        return Conflict::MissingPublisher { at };
    }
    Conflict::MissingState { state, at }
}
