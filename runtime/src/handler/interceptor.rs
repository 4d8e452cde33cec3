//! What stands around the handlers.

use std::fmt;

use crate::event::kind::Kind;
use crate::handler::NeedsFn;
use crate::handler::needs::Needs;
use crate::handler::router::AddInterceptor;
use crate::names::location::Location;

/// A registered interceptor, made by [`#[centrifugo::interceptor]`](macro@crate::interceptor), and named by
/// [`interceptors!`](crate::interceptors).
pub struct Interceptor {
    about: InterceptorInfo,
    location: Location,
    /// For each event that it stands around, its function.
    events: &'static [&'static dyn AddInterceptor],
}

/// What the attribute says of its interceptor.
#[derive(Debug, Clone, Copy)]
pub struct InterceptorInfo {
    /// The name in logs: the function's, or the option `name`.
    pub name: &'static str,
    /// Lower ones are further outside.
    pub order: i32,
    /// It stands around all events.
    pub every: bool,
    /// What its extractors need.
    pub needs: NeedsFn,
}

impl Interceptor {
    #[doc(hidden)]
    #[track_caller]
    pub const fn new(about: InterceptorInfo, path: &'static str, events: &'static [&'static dyn AddInterceptor]) -> Self {
        Self { about, location: Location::of_caller(path), events }
    }

    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        self.about.name
    }

    /// What interceptors are sorted by, from the outside: their `order`, then those around all events first, then their places.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let InterceptorInfo { order, every, .. } = self.about;
        (order, !every, self.location.file(), self.location.line(), self.location.path())
    }

    /// What it stands around, for the log.
    pub(crate) fn events(&self) -> String {
        if self.about.every {
            return "every event".to_owned();
        }
        let events: Vec<_> = Kind::ALL.into_iter().filter(|kind| self.stands_around(*kind)).map(Kind::name).collect();
        events.join(", ")
    }

    pub(crate) fn stands_around(&self, kind: Kind) -> bool {
        self.events.iter().any(|event| event.kind() == kind)
    }

    /// How it surrounds the handlers of its events.
    pub(crate) fn surrounds(&self) -> impl Iterator<Item = &'static dyn AddInterceptor> {
        self.events.iter().copied()
    }

    pub(crate) fn location(&self) -> Location {
        self.location
    }

    pub(crate) fn needs(&self) -> Needs {
        Needs::of(self.about.needs)
    }
}

impl fmt::Debug for Interceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interceptor").field("events", &self.events()).field("at", &self.location()).finish()
    }
}
