//! The catalog of the app's metrics. `runtime/docs/operations.md` has them in a table, which a test compares with what an
//! app serves.

/// A metric: its name, with the unit in it, and a sentence about it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only a recorder reads them"))]
pub(crate) struct Metric {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// The labels of a time series, and their values.
pub(crate) type Labels<'l> = &'l [(&'static str, &'static str)];

macro_rules! catalog {
    ($($constant:ident = $name:literal, $about:literal;)*) => {
        $(pub(crate) const $constant: Metric = Metric { name: concat!("centrifugo_app_", $name), about: $about };)*
    };
}

// Centrifugo's own metrics begin with `centrifugo_`, and may be in the same Prometheus.
catalog! {
    CALLS = "calls_total", "Calls that have ended, by their outcome.";
    CALL_DURATION = "call_duration_seconds", "The time from a call's arrival to its end.";
    CALLS_IN_FLIGHT = "calls_in_flight", "Calls that run now.";
    STREAMS_OPENED = "streams_opened_total", "Streams that have opened.";
    STREAMS_ENDED = "streams_ended_total", "Streams that have ended, by the reason.";
    STREAMS_OPEN = "streams_open", "Streams that are open now.";
    STREAM_PUBLICATIONS = "stream_publications_total", "Publications that streams have sent to their clients.";
    CONNECTIONS_OPEN = "connections_open", "Connections that are open now.";
    LIMIT_REACHED = "limit_reached_total", "How often a limit has refused something, by the name of the limit.";
    PANICS = "panics_total", "Panics of the app's code, by the place.";
    SECRETS_REFUSED = "secrets_refused_total", "Calls without the app's secret.";
    MALFORMED_CALLS = "malformed_calls_total", "Requests that are no calls of Centrifugo's protocol.";
}
