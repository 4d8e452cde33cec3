//! A handler as its attribute registers it, and all that a call needs to reach it.

pub(crate) mod bind;
mod bound;
pub(crate) mod call;
pub(crate) mod find;
pub(crate) mod grpc_timeout;
mod info;
pub(crate) mod interceptor;
pub(crate) mod needs;
pub(crate) mod next;
mod registered;
pub(crate) mod returned;
pub(crate) mod returned_rpc;
pub(crate) mod returned_stream;
pub(crate) mod router;
pub(crate) mod states;
pub(crate) mod unique;

use std::fmt;
use std::time::Duration;

use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::handler::needs::{Needs, NeedsFn};
use crate::handler::router::{AddHandler, Binding};
use crate::names::location::Location;
use crate::names::spelling::Reader;

pub use bound::{Bound, BoxFuture, ReplyFuture, pinned, send};
pub use info::HandlerInfo;

/// A registered handler, made by an attribute such as [`#[centrifugo::connect]`](macro@crate::connect), and named by
/// [`handlers!`](crate::handlers).
pub struct Handler {
    info: HandlerInfo,
    kind: Kind,
    binding: &'static dyn AddHandler,
    needs: &'static [NeedsFn],
}

impl Handler {
    #[doc(hidden)]
    pub const fn new<E: Event>(info: HandlerInfo, binding: &'static Binding<E>, needs: &'static [NeedsFn]) -> Self
    where
        Binding<E>: AddHandler,
    {
        Self { info, kind: E::KIND, binding, needs }
    }

    /// The event that it handles.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name in logs: the function's, or the option `name`.
    pub const fn name(&self) -> &'static str {
        self.info.name
    }

    /// Its pattern. `None` if it matches every name, and for events without a name.
    pub const fn pattern(&self) -> Option<&'static str> {
        self.info.pattern
    }

    /// The location of its function in the source.
    pub const fn location(&self) -> Location {
        self.info.location
    }

    pub(crate) fn attribute(&self) -> &'static str {
        self.info.attribute
    }

    pub(crate) fn options(&'static self) -> &'static Options {
        &self.info.options
    }

    /// Its function, without the event's type.
    /// The longest time of a call, if the attribute sets one.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.info.options.timeout
    }

    pub(crate) fn binding(&self) -> &'static dyn AddHandler {
        self.binding
    }

    pub(crate) fn needs(&self) -> Needs {
        Needs::of(self.needs)
    }
}

impl Reader for Handler {
    fn handler(&self) -> Option<(&'static str, Location)> {
        Some((self.name(), self.location()))
    }

    fn pattern(&self) -> Option<&'static str> {
        self.pattern()
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("kind", &self.kind())
            .field("pattern", &self.pattern())
            .field("at", &self.location())
            .finish()
    }
}
