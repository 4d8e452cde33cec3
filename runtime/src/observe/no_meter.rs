//! The same instruments as in `meter.rs`, for builds without the feature `metrics`: they have no size and do nothing.

use std::time::Duration;

use crate::observe::catalog::{Labels, Metric};

/// A meter that is off.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Meter(());

/// A number of events, which counts nothing.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counter;

/// A number that goes up and down, which counts nothing.
#[derive(Debug, Default, Clone)]
pub(crate) struct Gauge;

/// A distribution of durations, which records nothing.
#[derive(Debug, Clone)]
pub(crate) struct Durations;

impl Meter {
    pub(crate) fn is_on(self) -> bool {
        false
    }

    pub(crate) fn counter(self, _: Metric, _: Labels<'_>) -> Counter {
        Counter
    }

    pub(crate) fn gauge(self, _: Metric, _: Labels<'_>) -> Gauge {
        Gauge
    }

    pub(crate) fn durations(self, _: Metric, _: Labels<'_>) -> Durations {
        Durations
    }
}

impl Counter {
    pub(crate) fn increment(&self) {}
}

impl Gauge {
    pub(crate) fn increment(&self) {}

    pub(crate) fn decrement(&self) {}
}

impl Durations {
    pub(crate) fn record(&self, _: Duration) {}
}
