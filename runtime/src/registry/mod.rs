//! What is checked once, at the start: every conflict together, with file and line.

pub(crate) mod forwardable;

use std::any::TypeId;

use centrifugo_pattern::{Namespace, Pattern, Place};

use crate::dispatch::router::{Routes, Table};
use crate::error::Conflict;
use crate::event::Wire;
use crate::event::kind::Kind;
use crate::handler::call::States;
use crate::handler::interceptor::Interceptor;
use crate::handler::needs::Needs;
use crate::handler::{Bind, Handler, Location, Target};

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
            interceptor.enter(routes);
            satisfy(&interceptor.needs(), interceptor.location(), states, conflicts);
        }
    }

    fn add(&mut self, entry: Entry, routes: &mut Routes, states: &States, conflicts: &mut Vec<Conflict>) {
        let at = entry.handler.location();
        satisfy(&entry.needs, at, states, conflicts);
        if let Err((first, shape)) = entry.enter(routes) {
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
    /// Puts itself where calls find it. `Err`: the earlier one that answers for the same names, and what both of them match.
    fn enter(&self, routes: &mut Routes) -> Result<(), (&'static Handler, String)> {
        fn insert<E: Wire>(table: &mut Table<E>, bind: Bind<E>, entry: &Entry) -> Result<(), (&'static Handler, String)> {
            table.insert(entry.handler, bind, entry.pattern.as_ref())
        }
        match self.handler.target() {
            Target::Connect(bind, _) => insert(&mut routes.connect, bind, self),
            Target::Refresh(bind, _) => insert(&mut routes.refresh, bind, self),
            Target::Subscribe(bind, _) => insert(&mut routes.subscribe, bind, self),
            Target::Publish(bind, _) => insert(&mut routes.publish, bind, self),
            Target::SubRefresh(bind, _) => insert(&mut routes.sub_refresh, bind, self),
            Target::Rpc(bind, _) => insert(&mut routes.rpc, bind, self),
            Target::Stream(bind, _) => insert(&mut routes.stream, bind, self),
            Target::MapPublish(bind, _) => insert(&mut routes.map_publish, bind, self),
            Target::MapRemove(bind, _) => insert(&mut routes.map_remove, bind, self),
            Target::SharedPoll(bind, _) => insert(&mut routes.shared_poll, bind, self),
            Target::CacheEmpty(bind, _) => insert(&mut routes.cache_empty, bind, self),
            Target::ChannelState(bind, _) => insert(&mut routes.channel_state, bind, self),
        }
    }

    /// Where its names live: `Open` without a pattern, too.
    pub(crate) fn namespace(&self) -> Namespace<'_> {
        self.pattern.as_ref().map_or(Namespace::Open, Pattern::namespace)
    }

    /// Whether it answers publishers without a look at who they are.
    pub(crate) fn trusts_anyone(&self) -> bool {
        matches!(self.handler.kind(), Kind::Publish | Kind::MapPublish | Kind::MapRemove)
            && !self.needs.identity
            && !self.handler.options().anyone
    }
}

/// The attribute has checked a pattern that it could see; a typed channel's may still be wrong for this event.
fn parse(handler: &'static Handler) -> Result<Option<Pattern>, Conflict> {
    let Some(text) = handler.pattern() else { return Ok(None) };
    let place = match handler.kind() {
        Kind::Rpc => Place::Method,
        Kind::Publish | Kind::MapPublish | Kind::MapRemove => Place::Publish,
        _ => Place::Subscribe,
    };
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
