//! The start of an app: printing Centrifugo's configuration, and turning the app into a running service.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use serde_json::Value;

use super::App;
use super::check::Checked;
use super::operator::{
    ADDRESS, AppSettings, ENGINE, METRICS_ADDRESS, Operator, PRINT_CONFIG, PRINT_SETTINGS, REFLECTION, REUSE_PORT, SECRET,
    STANDALONE,
};
use super::report::{report, warn_of_missing_certificates, warn_of_strangers};
#[cfg(feature = "tls")]
use super::tls_setting::Tls;
use super::unreached::Timeouts;
use crate::config::{self, Config};
use crate::dispatch::Dispatch;
use crate::dispatch::failure::Reporter;
use crate::dispatch::handler_meters::AllHandlerMeters;
use crate::dispatch::secret::Secret;
use crate::dispatch::shared::{CallLimits, Observing};
use crate::dispatch::warnings::Warnings;
use crate::error::StartError;
use crate::event::kind::Kind;
use crate::grpc::ProxyService;
use crate::registry::Registry;
use crate::server::address::Address;
use crate::server::{Limits, Server, signals};

impl App {
    /// Generates Centrifugo's configuration for the app's handlers, which `centrifugo checkconfig` accepts: proxies that
    /// call `endpoint` (`grpc://127.0.0.1:10001`), channel and RPC namespaces, forwarded headers, and the secret.
    ///
    /// [`run`](Self::run) prints it and returns if the environment has `PROXY_PRINT_CONFIG=1`, and so does
    /// [`print_config`](Self::print_config), which `main` can call earlier. [`Server::centrifugo_config`] generates it for
    /// the address on which the server listens.
    ///
    /// [`Server::centrifugo_config`]: crate::Server::centrifugo_config
    ///
    /// # Errors
    ///
    /// [`StartError::NoHandlers`] and [`StartError::Conflicts`], as at a start.
    pub fn centrifugo_config(&self, endpoint: &str) -> Result<Value, StartError> {
        Ok(self.config(&self.check(&Operator::read())?, endpoint))
    }

    /// Prints Centrifugo's configuration if the environment has `PROXY_PRINT_CONFIG=1`, or the app's
    /// [settings](crate::operations#settings) if it has `PROXY_PRINT_SETTINGS=1`, and returns whether it did. `main` returns
    /// then, before it opens databases and ports that only a running app needs. The app's states may still be missing.
    ///
    /// It also sets up logging, as [`run`](Self::run) does. [`bind`](Self::bind) and [`into_service`](Self::into_service) do
    /// neither, so programs that use them call this first.
    ///
    /// ```no_run
    /// # #[derive(Clone)]
    /// # struct Database;
    /// # async fn open() -> Result<Database, std::io::Error> { Ok(Database) }
    /// #[tokio::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let app = centrifugo::App::new();
    ///     if app.print_config()? {
    ///         return Ok(());
    ///     }
    ///     let server = app.state(open().await?).bind().await?;
    ///     println!("listening on {}", server.endpoint());
    ///     Ok(server.serve().await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`centrifugo_config`](Self::centrifugo_config), except for missing states; [`StartError::Listen`] if the address
    /// is not valid; and [`StartError::Print`]. A setting that can't be used is an error even if nothing is printed.
    pub fn print_config(&self) -> Result<bool, StartError> {
        self.print(&Operator::read())
    }

    pub(super) fn print(&self, operator: &Operator) -> Result<bool, StartError> {
        #[cfg(feature = "logs")]
        super::logs::install(operator);
        if !operator.faults().is_empty() {
            self.check_without_states(operator)?;
        }
        let printed = if operator.is_on(&PRINT_SETTINGS) {
            self.listing(operator)
        } else if operator.is_on(&PRINT_CONFIG) {
            format!("{:#}\n", self.config_to_print(operator)?)
        } else {
            return Ok(false);
        };
        io::stdout().lock().write_all(printed.as_bytes()).map_err(StartError::Print)?;
        Ok(true)
    }

    fn config_to_print(&self, operator: &Operator) -> Result<Value, StartError> {
        let endpoint = self.address(operator)?.endpoint();
        let checked = self.check_without_states(operator)?;
        let config = self.config(&checked, &endpoint);
        if checked.tls.is_some_and(|tls| tls.is_mutual) {
            warn_of_missing_certificates(&config);
        }
        Ok(config)
    }

    fn listing(&self, operator: &Operator) -> String {
        let address = self.address.as_deref().map(|address| (&ADDRESS, address.to_owned()));
        let secret = self.secret.as_ref().map(|_| (&SECRET, "set".to_owned()));
        let metrics = self.prometheus.as_ref().map(|address| (&METRICS_ADDRESS, address.clone()));
        let reuse_port = self.reuse_port.then(|| (&REUSE_PORT, "1".to_owned()));
        let reflection = self.has_reflection.then(|| (&REFLECTION, "1".to_owned()));
        let engine = self.is_standalone.then(|| (&ENGINE, STANDALONE.to_owned()));
        let texts = address.into_iter().chain(secret).chain(metrics).chain(engine).chain(reuse_port).chain(reflection);
        #[cfg(feature = "tls")]
        let texts = texts.chain(self.tls.iter().flat_map(Tls::listed));
        operator.listing(&AppSettings { limits: self.limits, texts: texts.collect() })
    }

    fn shares_port(&self, operator: &Operator) -> bool {
        operator.get(&REUSE_PORT).map_or(self.reuse_port, |_| operator.is_on(&REUSE_PORT))
    }

    fn address(&self, operator: &Operator) -> Result<Address, StartError> {
        let set = operator.get(&ADDRESS).map(|given| (given.text(), given.name()));
        Address::choose(set, self.address.as_deref())
    }

    /// Serves until SIGTERM or ctrl-c, then lets running calls finish. A second signal ends the app at once.
    ///
    /// With `PROXY_PRINT_CONFIG=1` or `PROXY_PRINT_SETTINGS=1` in the environment it [prints](Self::print_config)
    /// Centrifugo's configuration or the app's settings, and returns. The feature `logs` (on by default) prints logs to
    /// stderr, as `RUST_LOG` selects them, unless the app has a `tracing` subscriber of its own.
    ///
    /// `PROXY_ENGINE=standalone` makes it run the app's [own engine](crate::operations#engine) instead (feature
    /// `standalone`).
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind); [`StartError::Print`], [`StartError::Signals`], and [`StartError::Serve`] while it serves.
    pub async fn run(self) -> Result<(), StartError> {
        let operator = Operator::read();
        if self.print(&operator)? {
            return Ok(());
        }
        let signals = signals().map_err(StartError::Signals)?;
        #[cfg(feature = "standalone")]
        if self.runs_engine(&operator) {
            return self.standalone().bind_as(&operator, None).await?.serve_until_any(signals).await;
        }
        self.bind_as(&operator).await?.serve_until_any(signals).await
    }

    /// Listens on the app's address, and returns the [`Server`], which serves later. It neither prints the configuration nor
    /// sets up logging, as [`print_config`](Self::print_config) does.
    ///
    /// # Errors
    ///
    /// As [`into_service`](Self::into_service), and [`StartError::Listen`].
    pub async fn bind(self) -> Result<Server, StartError> {
        let operator = Operator::read();
        #[cfg(feature = "standalone")]
        self.check_engine(&operator)?;
        self.bind_as(&operator).await
    }

    async fn bind_as(mut self, operator: &Operator) -> Result<Server, StartError> {
        let checked = self.check(operator)?;
        self.limits = operator.limits(self.limits);
        self.has_reflection = self.shows_schema(operator);
        operator.warn_of_strangers();
        let metrics = self.open_metrics(operator).await?;
        let listener = self.address(operator)?.listen(self.shares_port(operator)).await?;
        let knows_peers = checked.secret.is_some() || checked.tls.as_ref().is_some_and(|tls| tls.is_mutual);
        let (limits, tls) = (self.limits, checked.tls.as_ref().map(|tls| Arc::clone(&tls.acceptor)));
        let (service, config) = self.service(checked);
        let server = Server::new(listener, tls, service, limits, config, metrics);
        if let (false, Some(address)) = (knows_peers, server.public_addr()) {
            warn_of_strangers(address);
        }
        Ok(server)
    }

    /// Turns the app into a tonic service, to mount beside services of your own. Of the operator's
    /// [settings](crate::operations#settings) it has the secret and the limits of calls and messages; the server has its own
    /// address, connections and time limits.
    ///
    /// # Errors
    ///
    /// [`StartError::NoHandlers`], and [`StartError::Conflicts`] with everything that is wrong.
    pub fn into_service(mut self) -> Result<ProxyService, StartError> {
        let operator = Operator::read();
        #[cfg(feature = "standalone")]
        self.check_engine(&operator)?;
        let checked = self.check(&operator)?;
        self.limits = operator.limits(self.limits);
        operator.warn_of_strangers();
        Ok(self.service(checked).0)
    }

    /// Turns the app into what [`testing`](crate::testing) calls: without the secret's check and the layers, which belong to
    /// the gRPC service; without TLS, which belongs to the server; and without the operator's settings, which differ between
    /// machines.
    pub(crate) fn into_dispatch(mut self) -> Result<(Arc<Dispatch>, Config), StartError> {
        #[cfg(feature = "tls")]
        drop(self.tls.take());
        let checked = self.check(&Operator::default())?;
        self.is_test = true;
        Ok(self.dispatch(checked))
    }

    fn config(&self, Checked { registry, secret, tls, .. }: &Checked, endpoint: &str) -> Value {
        let tls = tls.as_ref().map(|tls| &tls.centrifugo);
        config::generate(registry, &self.settings, secret.as_ref(), tls, endpoint)
    }

    pub(super) fn service(mut self, checked: Checked) -> (ProxyService, Config) {
        let layers = mem::take(&mut self.layers);
        let (dispatch, config) = self.dispatch(checked);
        (layers.around(ProxyService::new(dispatch)), config)
    }

    fn dispatch(mut self, Checked { registry, routes, secret, tls }: Checked) -> (Arc<Dispatch>, Config) {
        report(&registry, &self.settings);
        self.install_http_bridge(&registry, secret.as_ref());
        let tls = tls.map(|tls| tls.centrifugo);
        let config = Config { registry, settings: self.settings, secret: secret.clone(), tls };
        let generated = config.generate("");
        Timeouts { app: self.limits.call, config: &generated }.warn(&config.registry);
        let warnings = Warnings::of(&generated, self.is_test);
        let error_handler = self.error_handlers.into_iter().next();
        let meter = self.meter;
        let handlers = config.registry.handlers.iter().map(|registered| registered.handler);
        let handler_meters = meter.is_on().then(|| AllHandlerMeters::new(handlers, meter));
        let reporter = Reporter::new(error_handler, Arc::new(self.states), meter);
        let Limits { message_size, running_calls, call: timeout, .. } = self.limits;
        let limits = CallLimits { message_size, running_calls, timeout };
        let observing = Observing {
            meter,
            handler_meters,
            has_spans: self.has_spans,
            #[cfg(feature = "reflection")]
            has_reflection: self.has_reflection,
        };
        let dispatch = Dispatch::new(routes, reporter, secret, warnings, limits, observing);
        (Arc::new(dispatch), config)
    }

    /// Adds the HTTP bridge, if the app has one, to the states, from which its handler takes it.
    fn install_http_bridge(&mut self, registry: &Registry, secret: Option<&Secret>) {
        let namespaces = config::literal_namespaces(registry.of(Kind::Rpc)).collect();
        let max_message_size = self.limits.message_size;
        let bridge = self.http.take().and_then(|http| http.bridge(secret.map(Secret::name), namespaces, max_message_size));
        if let Some(bridge) = bridge {
            self.states.insert(bridge);
        }
    }
}
