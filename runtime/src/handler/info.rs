//! The facts of a handler that its attribute states.

use std::time::Duration;

use crate::event::options::Options;
use crate::names::location::Location;

/// The facts of a handler that its attribute states: names, location, pattern and options.
#[derive(Debug, Clone, Copy)]
pub struct HandlerInfo {
    /// The attribute's name: `topic`.
    pub(super) attribute: &'static str,
    /// The name in logs: the function's, or the option `name`.
    pub(super) name: &'static str,
    pub(super) location: Location,
    /// The pattern; `None` for every name, and for events without one.
    pub(super) pattern: Option<&'static str>,
    pub(super) options: Options,
}

impl HandlerInfo {
    /// The location is that of the caller: in expanded code, that of the attribute. `path` is the function's, with its
    /// module's.
    #[track_caller]
    pub const fn new(
        attribute: &'static str,
        name: &'static str,
        path: &'static str,
        pattern: Option<&'static str>,
    ) -> Self {
        Self { attribute, name, location: Location::of_caller(path), pattern, options: Options::NONE }
    }

    /// Sets that literal text of the pattern matches in upper and lower case.
    #[must_use]
    pub const fn ignore_case(mut self) -> Self {
        self.options.ignore_case = true;
        self
    }

    /// Sets that the handler ignores the client's identity on purpose.
    #[must_use]
    pub const fn anyone(mut self) -> Self {
        self.options.anyone = true;
        self
    }

    /// Sets that publications need not be JSON.
    #[must_use]
    pub const fn binary(mut self) -> Self {
        self.options.binary = true;
        self
    }

    /// Sets the longest time of a call, in nanoseconds.
    #[must_use]
    pub const fn timeout(mut self, nanos: u64) -> Self {
        self.options.timeout = Some(Duration::from_nanos(nanos));
        self
    }
}
