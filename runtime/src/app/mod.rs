//! The app before it runs: its handlers, what they take, and its settings.
//!
//! `parts` puts the app together, `settings` sets how it is reached and what it allows, and `start` turns it into a running
//! service, after `check` has found nothing wrong and `report` has logged its handlers. Rustdoc lists the methods of [`App`]
//! in the order of these modules.

mod check;
#[allow(missing_docs, missing_debug_implementations, reason = "only expansions use it")]
pub(crate) mod collected;
mod engine;
pub(crate) mod list;
#[cfg(feature = "logs")]
mod logs;
mod observing;
mod operator;
mod parts;
mod reflection;
mod report;
mod secret;
mod settings;
#[cfg(feature = "standalone")]
pub(crate) mod standalone;
mod start;
mod tls;
#[cfg(feature = "tls")]
pub(crate) mod tls_setting;
mod unreached;

use std::fmt;

use self::secret::SecretSetting;
#[cfg(feature = "tls")]
use self::tls_setting::Tls;
use crate::config::Settings;
use crate::dispatch::failure::ErrorHandler;
use crate::error::StartError;
use crate::grpc::layers::Layers;
use crate::handler::Handler;
use crate::handler::interceptor::Interceptor;
use crate::handler::states::States;
use crate::http_bridge::Http;
use crate::observe::meter::Meter;
use crate::server::Limits;

/// The application behind Centrifugo: its handlers, the values that they take, and its settings.
///
/// ```no_run
/// use std::sync::Arc;
///
/// struct Users;
///
/// #[tokio::main]
/// async fn main() -> Result<(), centrifugo::StartError> {
///     centrifugo::App::new()
///         .state(Arc::new(Users))
///         .secret("x-centrifugo-secret", "long and random")
///         .emulated_headers(["authorization"])
///         .run()
///         .await
/// }
/// ```
#[derive(Default)]
#[must_use = "an app does nothing until it runs"]
pub struct App {
    handlers: Vec<&'static Handler>,
    interceptors: Vec<&'static Interceptor>,
    error_handlers: Vec<ErrorHandler>,
    layers: Layers,
    states: States,
    settings: Settings,
    address: Option<String>,
    reuse_port: bool,
    secret: Option<SecretSetting>,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    limits: Limits,
    http: Option<Http>,
    meter: Meter,
    /// Whether each call has a span.
    has_spans: bool,
    /// Whether the app has the reflection service, which needs the feature `reflection`.
    has_reflection: bool,
    /// The address that serves metrics, which needs the feature `prometheus`.
    prometheus: Option<String>,
    /// Whether the app runs its own engine, which needs the feature `standalone`.
    is_standalone: bool,
    /// Whether [`testing`](crate::testing) calls the app, and no Centrifugo does.
    is_test: bool,
}

/// Runs an app with all handlers that attributes have collected in the program, until SIGTERM or ctrl-c: short for
/// [`App::new`] and [`App::run`].
///
/// # Errors
///
/// As [`App::run`].
pub async fn run() -> Result<(), StartError> {
    App::new().run().await
}

/// Shows the handlers and where the app listens. The settings are left out, because some are secrets.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("handlers", &self.handlers)
            .field("interceptors", &self.interceptors)
            .field("address", &self.address)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
