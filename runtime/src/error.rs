//! The errors of an app that doesn't start.

use std::fmt;
use std::io;

use centrifugo_pattern::NAMESPACE_RULE;

use crate::names::location::Location;

/// The reason why an app did not start, or why it stopped.
///
/// `main` may return it: Rust prints its `Debug` form then, which is the same readable text as its `Display` form.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Handlers or settings that can't work: all of them, so that one start reports everything.
    #[error("{}", list(.0))]
    Conflicts(Vec<Conflict>),
    /// The app has no handlers: the program doesn't link the crate that has them, or they have `collect = false`, and
    /// [`App::handlers`](crate::App::handlers) didn't add them.
    #[error(
        "the app has no handlers: annotate functions with `#[centrifugo::connect]` or another event's attribute, in this \
         program or in a crate that it names (`use my_handlers as _;` is enough)"
    )]
    NoHandlers,
    /// The app can't listen on its address, or serve metrics on theirs.
    #[error("can't listen on `{address}` ({origin}): {source}")]
    Listen {
        /// The address.
        address: String,
        /// Where the address comes from: `PROXY_ADDRESS`, its key in a file, `App::listen`, the default,
        /// `PROXY_METRICS_ADDRESS`, or `App::prometheus`.
        origin: String,
        /// The system's error.
        source: io::Error,
    },
    /// The system refuses to deliver the signals that stop the app.
    #[error("can't wait for signals: {0}")]
    Signals(io::Error),
    /// Writing the configuration, or the settings, to stdout failed.
    #[error("can't print: {0}")]
    Print(io::Error),
    /// Centrifugo's configuration has settings that the app's own engine can't honour: all of them.
    #[cfg(feature = "standalone")]
    #[error(transparent)]
    Standalone(centrifugo_standalone::StartError),
    /// The server failed while it was running.
    #[error("the server stopped: {0}")]
    Serve(#[source] io::Error),
}

/// A mistake in a handler or in the app's settings, found at the start.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Two handlers match the same names, so the second one would never be called.
    #[error("{}handled twice: {first} and {second}", subject_of(.shape))]
    Duplicate {
        /// The pattern of both, without the placeholders' names; empty if they match every name.
        shape: String,
        /// The one that was registered first.
        first: Location,
        /// The one that was registered second.
        second: Location,
    },
    /// Two functions are error handlers, and an app has one.
    #[error("two error handlers: {first} and {second}")]
    ErrorHandlers {
        /// The one that was registered first.
        first: Location,
        /// The one that was registered second.
        second: Location,
    },
    /// Two handlers need different types of subscriptions in one namespace, which has a single type: Centrifugo would refuse
    /// the configuration, or the clients.
    #[error(
        "the subscriptions of {} are {what} because of {special}, and Centrifugo doesn't call {other} for {what}: move one \
         of them to a namespace of its own, such as `live:<id>`",
        quoted(.namespace)
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
    /// One stream receives publications from clients and another one of the same namespace doesn't: the direction is an
    /// option of the namespace.
    #[error(
        "{both_ways} receives clients' publications and {one_way} doesn't, but Centrifugo's \
         `subscribe_stream_proxy_bidirectional` is one setting for {}: move one of them to a namespace of its own",
        quoted(.namespace)
    )]
    StreamDirections {
        /// The namespace; empty for channels without one.
        namespace: String,
        /// The handler that takes [`Publications`](crate::Publications).
        both_ways: Location,
        /// The handler that doesn't.
        one_way: Location,
    },
    /// A handler or an interceptor takes a state that the app has no value for.
    #[error("{at} takes `State<{state}>`: add a value of that type with `App::state(..)`")]
    MissingState {
        /// The state's type.
        state: &'static str,
        /// The handler or interceptor.
        at: Location,
    },
    /// A handler or an interceptor takes the [`Publisher`](crate::Publisher), and the app has none.
    #[cfg(feature = "api")]
    #[error("{at} takes a `Publisher`: add one with `App::publisher(..)`")]
    MissingPublisher {
        /// The handler or interceptor.
        at: Location,
    },
    /// A pattern for which Centrifugo could never call the handler.
    #[error("the pattern of {at} can't be used for its event: {fault}")]
    Pattern {
        /// What is wrong with it.
        fault: String,
        /// The handler.
        at: Location,
    },
    /// A header that Centrifugo can't forward, or that would make every call fail.
    #[error("the header `{header}` of {at} can't be forwarded: {fault}")]
    Header {
        /// The header.
        header: String,
        /// What is wrong with it.
        fault: &'static str,
        /// The handler or the setting.
        at: String,
    },
    /// A secret that Centrifugo can't send, or that protects nothing.
    #[error("the secret of `{origin}` can't be used: {fault}")]
    Secret {
        /// Where the secret comes from: `App::secret`, `App::secrets`, `PROXY_SECRET`, `PROXY_SECRET_PREVIOUS`, or their
        /// keys in a file.
        origin: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A setting of the operator that doesn't exist, or whose value has the wrong form.
    #[error("the setting `{setting}` {fault}")]
    Setting {
        /// The environment variable, or the key with its file and line.
        setting: String,
        /// What is wrong with it, and what to write. It has no secret's value.
        fault: String,
    },
    /// A certificate, a key or a setting of TLS that can't be used.
    #[error("the {subject} can't be used: {fault}")]
    Tls {
        /// The certificate, key or setting, its file if it has one, and where it comes from: `Tls::from_files`,
        /// `PROXY_TLS_KEY_PEM`, ..
        subject: String,
        /// What is wrong with it.
        fault: String,
    },
    /// A name that Centrifugo doesn't accept as a namespace.
    #[error("`{namespace}` in `App::namespace` is not a valid namespace: Centrifugo accepts {NAMESPACE_RULE}")]
    Namespace {
        /// The name.
        namespace: String,
    },
    /// A base URL that the HTTP bridge can't send requests to.
    #[error("the base URL `{url}` of `App::http_upstream` can't be used: {fault}")]
    Upstream {
        /// The URL, without the user and password before an `@`.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
}

impl Conflict {
    /// Whether the conflict is a state or publisher that the app doesn't have yet.
    pub(crate) fn is_missing_state(&self) -> bool {
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

fn subject_of(shape: &str) -> String {
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
