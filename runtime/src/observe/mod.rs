//! What an operator sees of a running app besides its log: metrics, the limits that were reached, which are in both,
//! and spans.

pub(crate) mod catalog;
#[cfg(feature = "prometheus")]
pub(crate) mod exporter;
pub(crate) mod limit;
#[cfg_attr(not(feature = "metrics"), path = "no_meter.rs")]
pub(crate) mod meter;
pub(crate) mod span;
pub(crate) mod throttle;
#[cfg_attr(not(feature = "opentelemetry"), path = "no_trace_context.rs")]
mod trace_context;
