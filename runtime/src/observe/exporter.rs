//! The recorder of the program, in Prometheus' text format.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::set_global_recorder;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::sleep;

use crate::observe::catalog::CALL_DURATION;

/// The bounds of the buckets of calls, in seconds. Handlers without a database take microseconds; Centrifugo waits 1 s by
/// default.
const BUCKETS: [f64; 13] = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The time between two clean-ups. Until then, each call's duration takes eight bytes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder that an app has installed. A program has one recorder, so all of its apps share it.
static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// The exporter of all metrics in the program.
#[derive(Clone)]
pub(crate) struct Exporter(PrometheusHandle);

/// The program has a recorder that isn't an exporter of this crate.
#[derive(Debug, thiserror::Error)]
#[error(
    "the program has installed another recorder of the `metrics` facade: call `App::metrics` instead, and let that recorder \
     serve them"
)]
pub(crate) struct AnotherRecorder;

impl Exporter {
    /// Installs the recorder, unless an app of the program has done so.
    pub(crate) fn install() -> Result<Self, AnotherRecorder> {
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*installed {
            return Ok(Self(handle.clone()));
        }
        let matcher = Matcher::Full(CALL_DURATION.name.to_owned());
        // Only an empty list of buckets is an error.
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets_for_metric(matcher, &BUCKETS).map_err(|_| AnotherRecorder)?.build_recorder();
        let handle = recorder.handle();
        set_global_recorder(recorder).map_err(|_| AnotherRecorder)?;
        *installed = Some(handle.clone());
        Ok(Self(handle))
    }

    pub(crate) fn render(&self) -> String {
        self.0.render()
    }

    /// Sorts the durations into their buckets from time to time.
    pub(crate) async fn upkeep(self) {
        loop {
            sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}
