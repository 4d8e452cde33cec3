//! What is checked once, at the start: every conflict together, with file and line.

pub(crate) mod forwardable;

use std::any::TypeId;

use centrifugo_pattern::{Namespace, Pattern, Place};

use crate::error::Conflict;
use crate::event::kind::Kind;
use crate::handler::Handler;
use crate::handler::call::States;
use crate::handler::interceptor::Interceptor;
use crate::handler::needs::Needs;
use crate::handler::router::Routes;
use crate::names::location::Location;

/// The app's handlers, with all that is known of them before the first call.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) entries: Vec<Entry>,
    /// From the outside.
    pub(crate) interceptors: Vec<&'static Interceptor>,
}

/// One handler.
pub(crate) struct Entry {
    pub(crate) handler: &'static Handler,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) needs: Needs,
}

impl Registry {
    /// Puts the handlers together, and the ways to them. `conflicts` gets everything that is wrong with them.
    pub(crate) fn new(
        handlers: &[&'static Handler],
        interceptors: &[&'static Interceptor],
        states: &States,
        conflicts: &mut Vec<Conflict>,
    ) -> (Self, Routes) {
        let (mut registry, mut routes) = (Self::default(), Routes::default());
        registry.intercept(interceptors, &mut routes, states, conflicts);
        for handler in handlers {
            match parse(handler) {
                Ok(pattern) => {
                    registry.add(Entry { handler, pattern, needs: handler.needs() }, &mut routes, states, conflicts)
                }
                Err(conflict) => conflicts.push(conflict),
            }
        }
        (registry, routes)
    }

    fn intercept(
        &mut self,
        interceptors: &[&'static Interceptor],
        routes: &mut Routes,
        states: &States,
        conflicts: &mut Vec<Conflict>,
    ) {
        for interceptor in interceptors {
            let inside_of = self.interceptors.partition_point(|other| other.rank() <= interceptor.rank());
            self.interceptors.insert(inside_of, interceptor);
        }
        for interceptor in &self.interceptors {
            interceptor.surrounds().for_each(|event| event.enter(routes));
            satisfy(&interceptor.needs(), interceptor.location(), states, conflicts);
        }
    }

    fn add(&mut self, entry: Entry, routes: &mut Routes, states: &States, conflicts: &mut Vec<Conflict>) {
        let at = entry.handler.location();
        satisfy(&entry.needs, at, states, conflicts);
        if let Err((first, shape)) = entry.handler.answers().enter(entry.handler, entry.pattern.as_ref(), routes) {
            conflicts.push(Conflict::Duplicate { shape, first: first.location(), second: at });
        }
        self.entries.push(entry);
    }

    /// The handlers of one event.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.handler.kind() == kind)
    }

    /// What the event's handlers, and the interceptors around them, need.
    pub(crate) fn needs_of(&self, kind: Kind) -> impl Iterator<Item = Needs> {
        let around = self.interceptors.iter().filter(move |interceptor| interceptor.stands_around(kind));
        self.of(kind).map(|entry| entry.handler.needs()).chain(around.map(|interceptor| interceptor.needs()))
    }
}

impl Entry {
    /// Where its names live: `Open` without a pattern, too.
    pub(crate) fn namespace(&self) -> Namespace<'_> {
        self.pattern.as_ref().map_or(Namespace::Open, Pattern::namespace)
    }

    /// Whether it answers publishers without a look at who they are.
    pub(crate) fn trusts_anyone(&self) -> bool {
        self.handler.kind().facts().writes && !self.needs.identity && !self.handler.options().anyone
    }
}

/// The attribute has checked a pattern that it could see; a typed channel's may still be wrong for this event.
fn parse(handler: &'static Handler) -> Result<Option<Pattern>, Conflict> {
    let Some(text) = handler.pattern() else { return Ok(None) };
    let place = Place::of_attribute(handler.kind().name());
    Pattern::parse(text)
        .and_then(|pattern| pattern.check(place).map(|()| Some(pattern)))
        .map_err(|fault| Conflict::Pattern { fault: fault.to_string(), at: handler.location() })
}

/// Compares what is needed with what is there.
fn satisfy(needs: &Needs, at: Location, states: &States, conflicts: &mut Vec<Conflict>) {
    let lacking = needs.states.iter().filter(|(id, _)| !states.has(*id));
    conflicts.extend(lacking.map(|&state| missing(state, at)));
    for header in &needs.headers {
        conflicts.extend(forwardable::check(header.as_str(), &at.to_string()).err());
    }
}

/// A state that a handler needs and the app lacks.
#[cfg_attr(not(feature = "api"), expect(unused_variables, reason = "only the publisher has a conflict of its own"))]
fn missing((id, state): (TypeId, &'static str), at: Location) -> Conflict {
    #[cfg(feature = "api")]
    if id == TypeId::of::<crate::api::Publisher>() {
        return Conflict::MissingPublisher { at };
    }
    Conflict::MissingState { state, at }
}
