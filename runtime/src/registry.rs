//! What is checked once, at the start: every conflict together, with file and line.

use centrifugo_pattern::{Namespace, Pattern, Place};
use http::HeaderName;

use crate::audit::Audit;
use crate::call::States;
use crate::event::Wire;
use crate::handler::{Bind, Handler, Target};
use crate::headers;
use crate::kind::Kind;
use crate::needs::Needs;
use crate::router::{Routes, Table};
use crate::start::Conflict;

/// The app's handlers, with all that is known of them before the first call.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) entries: Vec<Entry>,
    pub(crate) routes: Routes,
}

/// One handler.
pub(crate) struct Entry {
    pub(crate) handler: &'static Handler,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) needs: Needs,
}

impl Registry {
    /// Puts the handlers together. `conflicts` gets everything that is wrong with them.
    pub(crate) fn new(handlers: &[&'static Handler], states: &States, conflicts: &mut Vec<Conflict>) -> Self {
        let mut registry = Self::default();
        for handler in handlers {
            match parse(handler) {
                Ok(pattern) => registry.add(Entry { handler, pattern, needs: handler.needs() }, states, conflicts),
                Err(conflict) => conflicts.push(conflict),
            }
        }
        registry
    }

    fn add(&mut self, entry: Entry, states: &States, conflicts: &mut Vec<Conflict>) {
        let at = entry.handler.location();
        let missing = entry.needs.states.iter().filter(|(id, _)| !states.has(*id));
        conflicts.extend(missing.map(|&state| Conflict::missing(state, at)));
        for header in &entry.needs.headers {
            conflicts.extend(headers::check(header.as_str(), &at.to_string()).err());
        }
        if let Err((first, shape)) = self.route(&entry) {
            conflicts.push(Conflict::Duplicate { shape, first: first.location(), second: at });
        }
        self.entries.push(entry);
    }

    fn route(&mut self, entry: &Entry) -> Result<(), (&'static Handler, String)> {
        fn insert<E: Wire>(table: &mut Table<E>, bind: Bind<E>, entry: &Entry) -> Result<(), (&'static Handler, String)> {
            table.insert(entry.handler, bind, entry.pattern.as_ref())
        }
        match entry.handler.target() {
            Target::Connect(bind, _) => insert(&mut self.routes.connect, bind, entry),
            Target::Refresh(bind, _) => insert(&mut self.routes.refresh, bind, entry),
            Target::Subscribe(bind, _) => insert(&mut self.routes.subscribe, bind, entry),
            Target::Publish(bind, _) => insert(&mut self.routes.publish, bind, entry),
            Target::SubRefresh(bind, _) => insert(&mut self.routes.sub_refresh, bind, entry),
            Target::Rpc(bind, _) => insert(&mut self.routes.rpc, bind, entry),
        }
    }

    /// The handlers of one event.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.handler.kind() == kind)
    }

    pub(crate) fn audit(&self, namespaces: impl IntoIterator<Item = String>) -> Audit {
        Audit {
            namespaces: namespaces.into_iter().collect(),
            refreshes: self.of(Kind::Refresh).next().is_some(),
            sub_refreshes: self.of(Kind::SubRefresh).next().is_some(),
            ..Audit::default()
        }
    }
}

impl Entry {
    /// Where its names live: `Open` without a pattern, too.
    pub(crate) fn namespace(&self) -> Namespace<'_> {
        self.pattern.as_ref().map_or(Namespace::Open, Pattern::namespace)
    }

    /// Whether it answers publishers without a look at who they are.
    pub(crate) fn trusts_anyone(&self) -> bool {
        self.handler.kind() == Kind::Publish && !self.needs.identity && !self.handler.options().anyone
    }
}

/// The attribute has checked a pattern that it could see; a typed channel's may still be wrong for this event.
fn parse(handler: &'static Handler) -> Result<Option<Pattern>, Conflict> {
    let Some(text) = handler.pattern() else { return Ok(None) };
    let place = match handler.kind() {
        Kind::Rpc => Place::Method,
        Kind::Publish => Place::Publish,
        Kind::Connect | Kind::Refresh | Kind::Subscribe | Kind::SubRefresh => Place::Subscribe,
    };
    Pattern::parse(text)
        .and_then(|pattern| pattern.check(place).map(|()| Some(pattern)))
        .map_err(|fault| Conflict::Pattern { fault: fault.to_string(), at: handler.location() })
}

/// The headers that handlers of one event take.
pub(crate) fn headers_of(registry: &Registry, kind: Kind) -> Vec<&HeaderName> {
    registry.of(kind).flat_map(|entry| &entry.needs.headers).collect()
}
