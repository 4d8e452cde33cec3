//! An interceptor as its attribute registers it.

use std::fmt;

use crate::event::kind::Kind;
use crate::handler::needs::{Needs, NeedsFn};
use crate::handler::router::AddInterceptor;
use crate::names::location::Location;

/// A registered interceptor, made by [`#[centrifugo::interceptor]`](macro@crate::interceptor), and named by
/// [`interceptors!`](crate::interceptors).
pub struct Interceptor {
    info: InterceptorInfo,
    location: Location,
    /// Its functions, one for each event that it intercepts.
    functions: &'static [&'static dyn AddInterceptor],
}

/// The facts of an interceptor that its attribute states.
#[derive(Debug, Clone, Copy)]
pub struct InterceptorInfo {
    /// The name in logs: the function's, or the option `name`.
    pub name: &'static str,
    /// The position: an interceptor with a lower order runs further outside.
    pub order: i32,
    /// Whether it intercepts every event.
    pub every: bool,
    /// The needs of its extractors.
    pub needs: &'static [NeedsFn],
}

impl Interceptor {
    #[doc(hidden)]
    #[track_caller]
    pub const fn new(info: InterceptorInfo, path: &'static str, functions: &'static [&'static dyn AddInterceptor]) -> Self {
        Self { info, location: Location::of_caller(path), functions }
    }

    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        self.info.name
    }

    /// The sort key of interceptors, the outermost first: the `order`, then those of every event before others, then the
    /// location.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let InterceptorInfo { order, every, .. } = self.info;
        (order, !every, self.location.file(), self.location.line(), self.location.path())
    }

    /// The events that it intercepts, for the log.
    pub(crate) fn events(&self) -> String {
        if self.info.every {
            return "every event".to_owned();
        }
        let events: Vec<_> = Kind::ALL.into_iter().filter(|kind| self.intercepts(*kind)).map(Kind::name).collect();
        events.join(", ")
    }

    pub(crate) fn intercepts(&self, kind: Kind) -> bool {
        self.functions.iter().any(|function| function.kind() == kind)
    }

    /// Its functions, one for each event that it intercepts.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &'static dyn AddInterceptor> {
        self.functions.iter().copied()
    }

    pub(crate) fn location(&self) -> Location {
        self.location
    }

    pub(crate) fn needs(&self) -> Needs {
        Needs::of(self.info.needs)
    }
}

impl fmt::Debug for Interceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interceptor").field("events", &self.events()).field("at", &self.location()).finish()
    }
}
