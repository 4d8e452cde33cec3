//! The app with its own engine: clients connect to the app, and there is no Centrifugo.
//!
//! [`Standalone`] starts the engine, `running` is what runs then, and `listening` serves it on an address.

mod listening;
mod running;

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use centrifugo_standalone::Standalone as Engine;

pub use self::listening::StandaloneServer;
pub use self::running::RunningStandalone;
use self::running::{Running, Shutdown};
use super::App;
use super::check::Checked;
use super::operator::{ADDRESS, Given, Operator, REFLECTION, REUSE_PORT};
#[cfg(feature = "tls")]
use super::tls::{OperatorTls, refused};
#[cfg(feature = "api")]
use crate::api::Publisher;
#[cfg(feature = "tls")]
use crate::error::Conflict;
use crate::error::StartError;

/// The endpoint in the configuration of proxies that the engine calls without a connection.
const IN_PROCESS: &str = "grpc://127.0.0.1:10001";

#[cfg(feature = "tls")]
const PLAIN_TEXT: &str = "the app's own engine speaks plain text to clients: remove it, and put a server with TLS in front";

impl App {
    /// Makes the app run Centrifugo's part in its own process, for one process and its clients: the WebSocket, channels,
    /// history, presence and the server API. Needs the feature `standalone`.
    ///
    /// The engine runs by the app's [generated configuration](Self::centrifugo_config), as Centrifugo would, and calls the
    /// same handlers in the same way, through [layers](Self::layer), [interceptors](macro@crate::interceptor), deadlines and
    /// [metrics](Self::metrics). A setting that it doesn't have is an error at the start.
    ///
    /// ```no_run
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), centrifugo::StartError> {
    /// centrifugo::App::new().standalone().run().await
    /// # }
    /// ```
    pub fn standalone(mut self) -> Standalone {
        self.is_standalone = true;
        Standalone { app: self }
    }
}

/// An app with its own engine, made by [`App::standalone`].
#[must_use = "an app does nothing until it runs"]
#[derive(Debug)]
pub struct Standalone {
    app: App,
}

impl Standalone {
    /// Serves clients at `http_server.address` and `http_server.port` of the app's configuration, which are every interface
    /// and port 8000 by default, until SIGTERM or ctrl-c. Then it [stops](RunningStandalone::stop); a second signal ends the
    /// app at once.
    ///
    /// With `PROXY_ENGINE=centrifugo` in the environment it serves Centrifugo's calls instead, as [`App::run`] does, and
    /// with `PROXY_ENGINE=standalone` [`App::run`] does the same as this. With `PROXY_PRINT_CONFIG=1` it prints the
    /// configuration that a real Centrifugo needs for the app.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind); [`StartError::Print`], [`StartError::Signals`], and [`StartError::Serve`] while it serves.
    pub async fn run(self) -> Result<(), StartError> {
        self.app.run().await
    }

    /// Listens on the address of the app's configuration, and on that of its [metrics](App::prometheus), and returns the
    /// server, which serves later.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and [`StartError::Listen`].
    pub async fn bind(self) -> Result<StandaloneServer, StartError> {
        let operator = Operator::read();
        self.app.check_engine(&operator)?;
        self.bind_as(&operator, None).await
    }

    /// Starts the engine without a listener, for a server of your own: its [routes](RunningStandalone::router) go into any
    /// axum router. It doesn't listen on the address of [metrics](App::prometheus) either.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// let live = centrifugo::App::new().standalone().start()?;
    /// let pages = axum::Router::new().nest("/live", live.router());
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    /// let stopped = live.stop_on(centrifugo::stop_signal());
    /// axum::serve(listener, pages).with_graceful_shutdown(stopped).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`App::into_service`], and [`StartError::Standalone`] with every setting of Centrifugo that the engine doesn't
    /// have. A publisher that a handler takes is no error without [`App::publisher`]: the engine has one.
    pub fn start(self) -> Result<RunningStandalone, StartError> {
        let operator = Operator::read();
        self.app.check_engine(&operator)?;
        let (ready, operator) = (self.check(&operator)?, &operator);
        if let Some(metrics) = ready.app.metrics_setting(operator) {
            tracing::info!("`{metrics}` has no effect: the app's own server has no address for metrics");
        }
        ready.start(operator)
    }

    /// [Starts](Self::start) the engine, and returns its routes, without the handle that stops it.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// let pages = axum::Router::new().merge(centrifugo::App::new().standalone().into_router()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn into_router(self) -> Result<Router, StartError> {
        Ok(self.start()?.router())
    }

    /// Listens on a free port of this machine, without the operator's settings and without TLS.
    #[allow(unused_mut, reason = "the feature `tls` may be off")]
    pub(crate) async fn bind_for_test(mut self) -> Result<StandaloneServer, StartError> {
        #[cfg(feature = "tls")]
        drop(self.app.tls.take());
        self.bind_as(&Operator::default(), Some((Ipv4Addr::LOCALHOST, 0).into())).await
    }

    /// Listens on the address, or else on that of the configuration.
    pub(super) async fn bind_as(
        self,
        operator: &Operator,
        address: Option<SocketAddr>,
    ) -> Result<StandaloneServer, StartError> {
        let mut ready = self.check(operator)?;
        let metrics = ready.app.open_metrics(operator).await?;
        let running = ready.start(operator)?;
        let listener = match address {
            Some(address) => Engine::listen_at(address),
            None => running.engine().listen().await,
        };
        StandaloneServer::new(running, listener, metrics)
    }

    /// Checks the app.
    fn check(self, operator: &Operator) -> Result<Ready, StartError> {
        #[cfg_attr(not(feature = "api"), expect(unused_mut, reason = "a publisher changes it"))]
        let mut app = self.app;
        let without_effect = app.proxy_settings(operator);
        #[cfg(feature = "tls")]
        app.check_plain_text(operator)?;
        #[cfg(feature = "api")]
        let publisher = app.engines_publisher();
        let checked = app.check(operator)?;
        if !without_effect.is_empty() {
            let names = without_effect.join("`, `");
            tracing::info!("without effect, as clients and not Centrifugo connect to the app: `{names}`");
        }
        Ok(Ready {
            app,
            checked,
            #[cfg(feature = "api")]
            publisher,
        })
    }
}

/// An app that has no conflicts, and whose engine has not started.
struct Ready {
    app: App,
    checked: Checked,
    #[cfg(feature = "api")]
    publisher: Publisher,
}

impl Ready {
    fn start(self, operator: &Operator) -> Result<RunningStandalone, StartError> {
        let Self { mut app, checked, .. } = self;
        app.limits = operator.limits(app.limits);
        operator.warn_of_strangers();
        let limits = app.limits;
        let (service, config) = app.service(checked);
        let config = config.generate(IN_PROCESS);
        let shutdown = Shutdown::new(service, limits);
        let engine = Engine::new(&config, shutdown.service()).map_err(StartError::Standalone)?;
        for note in engine.notes() {
            tracing::info!("{note}");
        }
        #[cfg(feature = "api")]
        self.publisher.call_in_process(engine.api());
        let running = Running {
            engine,
            shutdown,
            config,
            #[cfg(feature = "api")]
            publisher: self.publisher,
        };
        Ok(running.into())
    }
}

impl App {
    /// The publisher that is going to call the engine: the app's, which its handlers take. An app without one gets one.
    #[cfg(feature = "api")]
    fn engines_publisher(&mut self) -> Publisher {
        match self.states.get::<Publisher>() {
            Some(publisher) if publisher.has_route() => publisher.clone(),
            Some(_) => Publisher::without_http(),
            None => {
                let publisher = Publisher::without_http();
                self.states.insert(publisher.clone());
                publisher
            }
        }
    }

    /// Refuses TLS: an app that is configured for it speaks no plain text, as the engine does with clients.
    #[cfg(feature = "tls")]
    fn check_plain_text(&self, operator: &Operator) -> Result<(), StartError> {
        let OperatorTls { cert, key, client_ca } = OperatorTls::of(operator);
        let given = cert.or(key).or(client_ca).map(|setting| refused(setting, PLAIN_TEXT));
        let own = self.tls.as_ref().map(|_| Conflict::Tls { subject: "TLS of `App::tls`".into(), fault: PLAIN_TEXT.into() });
        match given.or(own) {
            None => Ok(()),
            Some(conflict) => Err(StartError::Conflicts(vec![conflict])),
        }
    }

    /// Names of settings for the server that Centrifugo calls.
    fn proxy_settings(&self, operator: &Operator) -> Vec<String> {
        let own = [
            (self.address.is_some(), "App::listen"),
            (self.reuse_port, "App::reuse_port"),
            (self.has_reflection, "App::reflection"),
        ];
        let own = own.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name.to_owned());
        let given = [&ADDRESS, &REUSE_PORT, &REFLECTION];
        own.chain(given.into_iter().filter_map(|setting| operator.get(setting)).map(Given::name)).collect()
    }
}
