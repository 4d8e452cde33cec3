//! The spans of calls and streams, with the names of OpenTelemetry's conventions for RPC.

use http::HeaderMap;
use tracing::Span;
use tracing::field::Empty;

/// The names in a span. None of them comes from a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) event: &'static str,
    pub(crate) service: &'static str,
    pub(crate) method: &'static str,
    pub(crate) handler: Option<&'static str>,
    /// The path of the handler's function.
    pub(crate) function: Option<&'static str>,
    pub(crate) pattern: Option<&'static str>,
}

/// The span of a call. Its parent is the span that the caller's metadata name, if the app follows them, or the current one.
pub(crate) fn call(names: Names, metadata: &HeaderMap) -> Span {
    let Names { event, service, method, handler, function, pattern } = names;
    let method = format_args!("{service}/{method}");
    let span = tracing::info_span!(
        target: "centrifugo",
        "call",
        otel.name = %method,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = "grpc",
        rpc.method = %method,
        rpc.response.status_code = Empty,
        error.type = Empty,
        code.function.name = function,
        centrifugo.event = event,
        centrifugo.handler = handler,
        centrifugo.pattern = pattern,
        centrifugo.outcome = Empty,
    );
    super::trace_context::set_parent(&span, metadata);
    span
}

/// The span of an open stream, within that of its call.
pub(crate) fn stream(names: Names, call: &Span) -> Span {
    let Names { event, handler, function, pattern, .. } = names;
    tracing::info_span!(
        target: "centrifugo",
        parent: call,
        "stream",
        otel.status_code = Empty,
        error.type = Empty,
        code.function.name = function,
        centrifugo.event = event,
        centrifugo.handler = handler,
        centrifugo.pattern = pattern,
        centrifugo.reason = Empty,
    )
}

/// Records the end of a call or a stream. `field`: that of the end's name. `is_error`: an operator should look at it.
pub(crate) fn end(span: &Span, field: &str, end: &'static str, is_error: bool) {
    span.record(field, end);
    if is_error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", end);
    }
}
