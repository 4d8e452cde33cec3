//! A limit that a peer can reach: its name is in the log, and in a metric.

use std::fmt;

use crate::observe::catalog::LIMIT_REACHED;
use crate::observe::meter::{Counter, Meter};
use crate::observe::throttle::Throttle;

/// A limit, by the name of the setting or of what it limits.
#[derive(Debug)]
pub(crate) struct Limit {
    name: &'static str,
    throttle: Throttle,
    times: Counter,
}

impl Limit {
    pub(crate) fn new(name: &'static str, meter: Meter) -> Self {
        Self { name, throttle: Throttle::default(), times: meter.counter(LIMIT_REACHED, &[("limit", name)]) }
    }

    /// Counts that the limit is reached, and logs it, unless it has done so a moment ago. `what`: what happened, and its
    /// consequence.
    pub(crate) fn reached(&self, what: fmt::Arguments<'_>) {
        self.times.increment();
        if let Some(more) = self.throttle.pass() {
            tracing::warn!("{}: {what}{more}", self.name);
        }
    }
}
