//! The items that attributes have collected in the program, by `inventory`.

use crate::dispatch::failure::{ErrorHandler, Failure};
use crate::handler::interceptor::Interceptor;
use crate::handler::{BoxFuture, Handler};
use crate::names::location::Location;

/// A handler that an attribute has collected.
pub struct Collected(pub &'static Handler);
inventory::collect!(Collected);

/// An interceptor that an attribute has collected.
pub struct CollectedInterceptor(pub &'static Interceptor);
inventory::collect!(CollectedInterceptor);

/// An error handler that an attribute has collected.
pub struct CollectedErrorHandler {
    call: fn(Failure) -> BoxFuture<()>,
    location: Location,
}
inventory::collect!(CollectedErrorHandler);

impl CollectedErrorHandler {
    #[track_caller]
    pub const fn new(call: fn(Failure) -> BoxFuture<()>, path: &'static str) -> Self {
        Self { call, location: Location::of_caller(path) }
    }

    pub(crate) fn handler(&self) -> ErrorHandler {
        ErrorHandler::new(self.call, Some(self.location))
    }
}

/// A typed channel that `#[channel]` has collected, for its namespace.
pub struct CollectedChannel {
    pub pattern: &'static str,
    pub name: &'static str,
    pub file: &'static str,
    pub line: u32,
}
inventory::collect!(CollectedChannel);

/// The collected handlers, in no particular order.
pub(crate) fn handlers() -> impl Iterator<Item = &'static Handler> {
    inventory::iter::<Collected>().map(|Collected(handler)| *handler)
}

/// The collected interceptors, in no particular order.
pub(crate) fn interceptors() -> impl Iterator<Item = &'static Interceptor> {
    inventory::iter::<CollectedInterceptor>().map(|CollectedInterceptor(interceptor)| *interceptor)
}

/// The collected error handlers: more than one is a conflict.
pub(crate) fn error_handlers() -> impl Iterator<Item = ErrorHandler> {
    inventory::iter::<CollectedErrorHandler>().map(CollectedErrorHandler::handler)
}

/// The patterns of the collected typed channels.
pub(crate) fn channels() -> impl Iterator<Item = &'static str> {
    inventory::iter::<CollectedChannel>().map(|channel| channel.pattern)
}
