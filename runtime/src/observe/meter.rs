//! Instruments of the `metrics` facade, with their labels: registered once, and used without a look-up.

use metrics::{Key, KeyName, Label, Level, Metadata, with_recorder};

use crate::observe::catalog::{Labels, Metric};

/// The origin of the app's metrics, for recorders that filter.
static ORIGIN: Metadata<'static> = Metadata::new("centrifugo", Level::INFO, None);

/// A meter, which registers instruments. By default it is off, and its instruments do nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Meter {
    is_on: bool,
}

/// A number of events. By default one that counts nothing.
#[derive(Debug, Clone)]
pub(crate) struct Counter(metrics::Counter);

/// A number that goes up and down. By default one that counts nothing.
#[derive(Debug, Clone)]
pub(crate) struct Gauge(metrics::Gauge);

/// A distribution of durations, in seconds.
#[derive(Debug, Clone)]
pub(crate) struct Durations(metrics::Histogram);

impl Meter {
    /// A meter of the recorder that the program has installed.
    pub(crate) const ON: Self = Self { is_on: true };

    pub(crate) fn is_on(self) -> bool {
        self.is_on
    }

    pub(crate) fn counter(self, metric: Metric, labels: Labels<'_>) -> Counter {
        if !self.is_on {
            return Counter::default();
        }
        with_recorder(|recorder| {
            recorder.describe_counter(KeyName::from(metric.name), None, metric.about.into());
            Counter(recorder.register_counter(&key(metric, labels), &ORIGIN))
        })
    }

    pub(crate) fn gauge(self, metric: Metric, labels: Labels<'_>) -> Gauge {
        if !self.is_on {
            return Gauge::default();
        }
        with_recorder(|recorder| {
            recorder.describe_gauge(KeyName::from(metric.name), None, metric.about.into());
            Gauge(recorder.register_gauge(&key(metric, labels), &ORIGIN))
        })
    }

    pub(crate) fn durations(self, metric: Metric, labels: Labels<'_>) -> Durations {
        if !self.is_on {
            return Durations(metrics::Histogram::noop());
        }
        with_recorder(|recorder| {
            recorder.describe_histogram(KeyName::from(metric.name), Some(metrics::Unit::Seconds), metric.about.into());
            Durations(recorder.register_histogram(&key(metric, labels), &ORIGIN))
        })
    }
}

fn key(metric: Metric, labels: Labels<'_>) -> Key {
    let labels: Vec<Label> = labels.iter().map(|(name, value)| Label::from_static_parts(name, value)).collect();
    Key::from_parts(metric.name, labels)
}

impl Default for Counter {
    fn default() -> Self {
        Self(metrics::Counter::noop())
    }
}

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.increment(1);
    }
}

impl Default for Gauge {
    fn default() -> Self {
        Self(metrics::Gauge::noop())
    }
}

impl Gauge {
    pub(crate) fn increment(&self) {
        self.0.increment(1.0);
    }

    pub(crate) fn decrement(&self) {
        self.0.decrement(1.0);
    }
}

impl Durations {
    pub(crate) fn record(&self, duration: std::time::Duration) {
        self.0.record(duration);
    }
}
