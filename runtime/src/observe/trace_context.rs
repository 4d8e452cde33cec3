//! The trace that a call belongs to, by its metadata: `traceparent` of W3C, or what the program's propagator reads.

use http::{HeaderMap, HeaderName};
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Sets the parent of a span, if the metadata name one.
pub(super) fn set_parent(span: &Span, metadata: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    let parent = get_text_map_propagator(|propagator| propagator.extract(&Metadata(metadata)));
    if parent.span().span_context().is_valid() {
        // A program without tracing-opentelemetry's layer has no traces.
        let _ = span.set_parent(parent);
    }
}

/// Metadata, as propagators read them.
struct Metadata<'m>(&'m HeaderMap);

impl Extractor for Metadata<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
