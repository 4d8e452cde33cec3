//! What the app shows of its calls: metrics, the address that serves them to Prometheus, and spans.

use super::App;
#[cfg(feature = "standalone")]
use super::operator::Given;
use super::operator::{METRICS_ADDRESS, Operator};
use crate::error::StartError;
#[cfg(feature = "metrics")]
use crate::observe::meter::Meter;
use crate::server::metrics_address::MetricsAddress;
use crate::server::metrics_endpoint::MetricsEndpoint;

impl App {
    /// Counts and measures calls, streams, connections and limits, through the
    /// [`metrics`](https://docs.rs/metrics/0.24) facade. Needs the feature `metrics`.
    ///
    /// The program installs a recorder of its choice before the app [runs](Self::run), which is when the app registers its
    /// metrics; without one, nothing is recorded. [`operations`](crate::operations#metrics) lists them all.
    /// [`prometheus`](Self::prometheus) installs one that Prometheus reads.
    #[cfg(feature = "metrics")]
    pub fn metrics(mut self) -> Self {
        self.meter = Meter::ON;
        self
    }

    /// Serves [metrics](Self::metrics) to Prometheus: `GET /metrics` on this address, as `host:port`, and nowhere else. The
    /// environment variable `PROXY_METRICS_ADDRESS` takes precedence, and needs no `prometheus`. Needs the feature
    /// `prometheus`.
    ///
    /// The address needs no secret, so keep it private: the metrics have names and patterns of handlers, and numbers. What
    /// the app itself records through the facade is served as well.
    ///
    /// ```
    /// # let app = centrifugo::App::empty();
    /// app.prometheus("127.0.0.1:9100");
    /// ```
    ///
    /// [`into_service`](Self::into_service) listens on no address, so it doesn't listen on this one either: a program with a
    /// server of its own installs a recorder, and calls [`metrics`](Self::metrics).
    #[cfg(feature = "prometheus")]
    pub fn prometheus(mut self, address: impl Into<String>) -> Self {
        self.prometheus = Some(address.into());
        self.metrics()
    }

    /// Makes a `tracing` span for each call, at the level `info`: the app's own spans, and the log lines of a call, are
    /// inside of it. An open stream has a span of its own, inside that of the call that opened it.
    ///
    /// Its fields have the names of OpenTelemetry's conventions, and no value from a client.
    /// [`operations`](crate::operations#traces) lists them, and describes how a call joins the trace of its client (feature
    /// `opentelemetry`).
    pub fn spans(mut self) -> Self {
        self.has_spans = true;
        self
    }

    /// The name of the setting with the address for metrics, if there is one.
    #[cfg(feature = "standalone")]
    pub(super) fn metrics_setting(&self, operator: &Operator) -> Option<String> {
        let own = self.prometheus.as_ref().map(|_| "App::prometheus".to_owned());
        operator.get(&METRICS_ADDRESS).map(Given::name).or(own)
    }

    /// Listens on the address for metrics, if there is one. From then on the app has a recorder.
    pub(super) async fn open_metrics(&mut self, operator: &Operator) -> Result<Option<MetricsEndpoint>, StartError> {
        let set = operator.get(&METRICS_ADDRESS).map(|given| (given.text(), given.name()));
        let Some(address) = MetricsAddress::choose(set, self.prometheus.as_deref())? else { return Ok(None) };
        let endpoint = MetricsEndpoint::open(address).await?;
        self.meter = endpoint.meter();
        Ok(Some(endpoint))
    }
}
