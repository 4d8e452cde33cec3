//! The trace of a call in builds without the feature `opentelemetry`: that of the current span.

use http::HeaderMap;
use tracing::Span;

pub(super) fn set_parent(_: &Span, _: &HeaderMap) {}
