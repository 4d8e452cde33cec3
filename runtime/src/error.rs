//! Why an app doesn't start.

use std::fmt;
use std::io;

use centrifugo_pattern::NAMESPACE_RULE;

use crate::names::location::Location;

/// Why the app did not start, or stopped.
///
/// `main` may return it: its `Debug` form, which Rust prints then, is the readable one.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Handlers that can't work: all of them, so that one start shows everything.
    #[error("{}", list(.0))]
    Conflicts(Vec<Conflict>),
    /// The app has no handler at all: the crate that holds them isn't linked, or they have `collect = false`.
    #[error(
        "there are no handlers: annotate functions with `#[centrifugo::connect]` and its like, in this program or in a crate that it names (`use my_handlers as _;` is enough)"
    )]
    NoHandlers,
    /// The address can't be listened on.
    #[error("can't listen on `{address}` ({origin}): {source}")]
    Listen {
        /// The address.
        address: String,
        /// Where it was given: `PROXY_ADDRESS`, `App::listen`, or the default.
        origin: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses the signals that end the app.
    #[error("can't wait for signals: {0}")]
    Signals(io::Error),
    /// The configuration can't be printed.
    #[error("can't print the configuration: {0}")]
    Print(io::Error),
    /// The server failed while it ran.
    #[error("the server stopped: {0}")]
    Serve(#[source] io::Error),
}

/// What is wrong with a handler, or with the app's settings.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Two handlers answer for the same names; the second could never be called.
    #[error("{}handled twice: {first} and {second}", shape_of(.shape))]
    Duplicate {
        /// What both of them match, without the placeholders' names. Empty: every name.
        shape: String,
        /// The one that was registered first.
        first: Location,
        /// The other one.
        second: Location,
    },
    /// Two functions are to be told of failures.
    #[error("two error handlers: {first} and {second}")]
    ErrorHandlers {
        /// The one that was registered first.
        first: Location,
        /// The other one.
        second: Location,
    },
    /// A namespace has subscriptions of one type, and these handlers need two: Centrifugo refuses such a configuration, or the clients.
    #[error(
        "{special} makes the subscriptions of {} {what}, so {other} can't answer there: give one of them a namespace of its own, \
         such as `live:<id>`", quoted(.namespace)
    )]
    SubscriptionType {
        /// The namespace; empty for channels without one.
        namespace: String,
        /// The type: `streams`, `maps` or `shared polls`.
        what: &'static str,
        /// The handler that implies the type.
        special: Location,
        /// The other handler.
        other: Location,
    },
    /// Streams of one namespace have different directions, which are an option of the namespace.
    #[error(
        "{both_ways} takes what clients publish and {one_way} doesn't, but Centrifugo's `subscribe_stream_proxy_bidirectional` is set for \
         all of {}: give them namespaces of their own", quoted(.namespace)
    )]
    StreamDirections {
        /// The namespace; empty for channels without one.
        namespace: String,
        /// The handler that takes [`Publications`](crate::Publications).
        both_ways: Location,
        /// The handler that doesn't.
        one_way: Location,
    },
    /// A handler takes a state that the app hasn't got.
    #[error("{at} takes `State<{state}>`: give it to the app with `App::state(..)`")]
    MissingState {
        /// The state's type.
        state: &'static str,
        /// The handler.
        at: Location,
    },
    /// A handler takes the [`Publisher`](crate::Publisher), which the app hasn't got.
    #[cfg(feature = "api")]
    #[error("{at} takes a `Publisher`: give one to the app with `App::publisher(..)`")]
    MissingPublisher {
        /// The handler.
        at: Location,
    },
    /// A pattern that Centrifugo could never call the handler for.
    #[error("the pattern of {at} can't be handled here: {fault}")]
    Pattern {
        /// What is wrong with it.
        fault: String,
        /// The handler.
        at: Location,
    },
    /// A header that Centrifugo can't forward, or that would break every call.
    #[error("the header `{header}` of {at} can't be forwarded: {fault}")]
    Header {
        /// The header.
        header: String,
        /// What is wrong with it.
        fault: &'static str,
        /// The handler or the setting.
        at: String,
    },
    /// A name that Centrifugo doesn't take for a namespace.
    #[error("`{namespace}` of `App::namespace` can't be a namespace: Centrifugo accepts {NAMESPACE_RULE}")]
    Namespace {
        /// The name.
        namespace: String,
    },
    /// A base URL that no server can be asked by.
    #[error("the base URL `{url}` of `App::http_upstream` can't be used: {fault}")]
    Upstream {
        /// The URL, without what stands before an `@`.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
}

impl Conflict {
    /// Whether the app only lacks a state.
    pub(crate) fn is_missing(&self) -> bool {
        match self {
            Self::MissingState { .. } => true,
            #[cfg(feature = "api")]
            Self::MissingPublisher { .. } => true,
            _ => false,
        }
    }
}

fn list(conflicts: &[Conflict]) -> String {
    conflicts
        .iter()
        .map(|conflict| format!("\n  - {conflict}"))
        .fold("the app can't start:".to_owned(), |all, one| all + &one)
}

fn quoted(namespace: &str) -> String {
    if namespace.is_empty() { "the channels without namespace".to_owned() } else { format!("the namespace `{namespace}`") }
}

fn shape_of(shape: &str) -> String {
    if shape.is_empty() { "every name is ".to_owned() } else { format!("`{shape}` is ") }
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
