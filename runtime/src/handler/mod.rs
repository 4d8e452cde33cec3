//! A handler as its attribute registers it: what it is called, where it stands, and how it is bound to a call.

pub(crate) mod call;
pub(crate) mod deadline;
pub(crate) mod interceptor;
pub(crate) mod needs;
pub(crate) mod next;
pub(crate) mod router;

use std::fmt;
use std::pin::Pin;

use crate::event::Event;
use crate::event::kind::Kind;
use crate::event::options::Options;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::handler::router::{AddHandler, Binding};
use crate::names::location::Location;
use crate::names::spelling::Reader;
use crate::names::values::Values;
use crate::reject::Reject;

/// A registered handler, made by an attribute such as [`#[centrifugo::connect]`](macro@crate::connect), and named by
/// [`handlers!`](crate::handlers).
pub struct Handler {
    about: HandlerInfo,
    kind: Kind,
    answers: &'static dyn AddHandler,
    needs: NeedsFn,
}

/// What an attribute says of its handler.
#[derive(Debug, Clone, Copy)]
pub struct HandlerInfo {
    /// The attribute's name: `topic`.
    attribute: &'static str,
    /// The name in logs: the function's, or the option `name`.
    name: &'static str,
    location: Location,
    /// The pattern; `None` for every name, and for events without one.
    pattern: Option<&'static str>,
    options: Options,
}

impl HandlerInfo {
    /// Of a handler that stands where this is called, in expanded code where the attribute stands. The path is the function's, with its module's.
    #[track_caller]
    pub const fn new(
        attribute: &'static str,
        name: &'static str,
        path: &'static str,
        pattern: Option<&'static str>,
    ) -> Self {
        Self { attribute, name, location: Location::of_caller(path), pattern, options: Options::NONE }
    }

    /// Literal text of the pattern matches in upper and lower case.
    #[must_use]
    pub const fn ignore_case(mut self) -> Self {
        self.options.ignore_case = true;
        self
    }

    /// The handler answers without looking at who asks.
    #[must_use]
    pub const fn anyone(mut self) -> Self {
        self.options.anyone = true;
        self
    }

    /// Publications need not be JSON.
    #[must_use]
    pub const fn binary(mut self) -> Self {
        self.options.binary = true;
        self
    }
}

/// A future on the heap.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler at work.
pub type ReplyFuture<E> = BoxFuture<Result<<E as Event>::Reply, Reject>>;

/// A handler with its placeholders filled in.
pub enum Bound<E: Event> {
    /// One without placeholders.
    Function(fn(Call<E>) -> ReplyFuture<E>),
    /// One with their values in it.
    Closure(Box<dyn FnOnce(Call<E>) -> ReplyFuture<E> + Send>),
}

impl<E: Event> Bound<E> {
    pub(crate) fn call(self, call: Call<E>) -> ReplyFuture<E> {
        match self {
            Self::Function(run) => run(call),
            Self::Closure(run) => run(call),
        }
    }
}

/// Fills in the placeholders. `None`: a value doesn't parse, or its type writes it in another way, so the handler isn't the one
/// that is meant.
pub(crate) type BindFn<E> = fn(&mut Values<'_, '_>) -> Option<Bound<E>>;

/// Tell what a handler's extractors need.
pub(crate) type NeedsFn = &'static [fn(&mut Needs)];

impl Handler {
    #[doc(hidden)]
    pub const fn new<E: Event>(about: HandlerInfo, binding: &'static Binding<E>, needs: NeedsFn) -> Self
    where
        Binding<E>: AddHandler,
    {
        Self { about, kind: E::KIND, answers: binding, needs }
    }

    /// The event that it answers.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name in logs.
    pub const fn name(&self) -> &'static str {
        self.about.name
    }

    /// Its pattern; `None` for every name, and for events without one.
    pub const fn pattern(&self) -> Option<&'static str> {
        self.about.pattern
    }

    pub(crate) fn attribute(&self) -> &'static str {
        self.about.attribute
    }

    pub(crate) fn options(&'static self) -> &'static Options {
        &self.about.options
    }

    /// How it answers its event.
    pub(crate) fn answers(&self) -> &'static dyn AddHandler {
        self.answers
    }

    /// Where its function stands.
    pub const fn location(&self) -> Location {
        self.about.location
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
