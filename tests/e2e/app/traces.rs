//! Spans of calls and streams, as a subscriber and an OpenTelemetry exporter receive them, and the trace of a client.

use centrifugo::{App, Connected, Reject, handlers};
use centrifugo_tests::{Stage, eventually};
use futures_util::stream::{self, Stream, StreamExt};
use opentelemetry::global::set_text_map_propagator;
use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

const SERVICE: &str = "centrifugal.centrifugo.proxy.CentrifugoProxy";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

#[centrifugo::connect(collect = false)]
async fn connect() -> Connected {
    Connected::user("ann")
}

#[centrifugo::rpc("traced/<what>", collect = false)]
async fn traced(what: String) -> Result<(), Reject> {
    let query = tracing::info_span!("query");
    tokio::task::yield_now().await;
    query.in_scope(|| tracing::warn!("is working"));
    if what == "fail" { Err(Reject::internal("the database is gone")) } else { Ok(()) }
}

#[centrifugo::stream("traced:<_>", collect = false, name = "ticks")]
async fn ticks() -> impl Stream<Item = u8> {
    stream::iter([1]).inspect(|_| tracing::warn!("it ticks"))
}

fn app() -> App {
    App::empty().handlers(handlers![connect, traced, ticks]).http_headers(["traceparent", "tracestate"])
}

/// The spans of this thread, from now on.
struct Traces {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _guard: DefaultGuard,
}

impl Traces {
    fn keep() -> Self {
        set_text_map_propagator(TraceContextPropagator::new());
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let targets =
            Targets::new().with_target("centrifugo", tracing::Level::INFO).with_target("e2e", tracing::Level::INFO);
        let subscriber = tracing_subscriber::registry().with(targets).with(layer);
        Self { exporter, provider, _guard: tracing::subscriber::set_default(subscriber) }
    }

    fn all(&self) -> Vec<SpanData> {
        drop(self.provider.force_flush());
        self.exporter.get_finished_spans().expect("spans")
    }

    /// Waits for a span with this name, and an attribute with this value.
    async fn span(&self, name: &str, attribute: (&str, &str)) -> SpanData {
        let is_it = |span: &SpanData| span.name == name && value(span, attribute.0).is_some_and(|own| own == attribute.1);
        eventually(|| self.all().into_iter().find(is_it), || format!("no {name} with {attribute:?}: {:?}", self.all())).await
    }
}

fn value(span: &SpanData, attribute: &str) -> Option<String> {
    span.attributes.iter().find(|own| own.key.as_str() == attribute).map(|own| own.value.to_string())
}

#[tokio::test]
async fn a_call_is_a_span_in_the_trace_of_its_client_and_around_the_app_s_own_spans() {
    let stage = Stage::start(app().spans()).await;
    let traces = Traces::keep();
    let header = json!({ "traceparent": format!("00-{TRACE}-{PARENT}-01") });
    let mut client = stage.client_with(json!({ "httpHeaders": header })).await;
    client.event("connected").await;
    client.rpc("traced/private", Value::Null).await.expect("a reply");
    client.rpc("traced/fail", Value::Null).await.expect_err("a failure");
    client.rpc("unknown", Value::Null).await.expect_err("no match");
    let (rpc, outcome) = (format!("{SERVICE}/RPC"), "centrifugo.outcome");
    let call = traces.span(&rpc, (outcome, "replied")).await;
    assert_eq!(call.span_context.trace_id().to_string(), TRACE);
    assert_eq!(call.parent_span_id.to_string(), PARENT);
    assert_eq!((call.span_kind.clone(), call.status.clone()), (SpanKind::Server, Status::Unset));
    for (attribute, expected) in [
        ("rpc.system.name", "grpc"),
        ("rpc.method", &*rpc),
        ("rpc.response.status_code", "OK"),
        ("centrifugo.event", "rpc"),
        ("centrifugo.handler", "traced"),
        ("centrifugo.pattern", "traced/<what>"),
        ("code.function.name", "e2e::app::traces::traced"),
    ] {
        assert_eq!(value(&call, attribute).as_deref(), Some(expected), "{attribute}");
    }
    let query = traces.all().into_iter().find(|span| span.name == "query").expect("the app's span");
    assert_eq!(query.parent_span_id, call.span_context.span_id());
    let failed = traces.span(&rpc, (outcome, "failed")).await;
    assert!(matches!(failed.status, Status::Error { .. }), "{failed:?}");
    assert_eq!(value(&failed, "error.type").as_deref(), Some("failed"));
    assert_eq!(value(&failed, "rpc.response.status_code").as_deref(), Some("INTERNAL"));
    traces.span(&rpc, (outcome, "no_match")).await;
    let connected = traces.span(&format!("{SERVICE}/Connect"), (outcome, "replied")).await;
    assert_eq!(connected.span_context.trace_id().to_string(), TRACE);
    for span in traces.all().iter().filter(|span| span.name.starts_with(SERVICE)) {
        for attribute in &span.attributes {
            let text = attribute.value.to_string();
            assert!(!["traced/private", "unknown", "ann"].contains(&&*text), "{attribute:?}");
        }
    }
    drop(traces);
    stage.stop().await;
}

#[tokio::test]
async fn an_open_stream_is_a_span_within_that_of_its_call() {
    let stage = Stage::start(app().spans()).await;
    let traces = Traces::keep();
    let mut client = stage.connected(Value::Null).await;
    client.subscribe("traced:private").await;
    let call = traces.span(&format!("{SERVICE}/SubscribeUnidirectional"), ("centrifugo.outcome", "replied")).await;
    let open = traces.span("stream", ("centrifugo.reason", "finished")).await;
    assert_eq!(open.parent_span_id, call.span_context.span_id());
    assert_eq!(value(&open, "centrifugo.handler").as_deref(), Some("ticks"));
    assert!(open.events.iter().any(|event| event.name == "it ticks"), "{open:?}");
    drop(traces);
    stage.stop().await;
}

#[tokio::test]
async fn the_app_s_log_lines_are_in_the_span_of_their_call() {
    let stage = Stage::start(app().spans()).await;
    let mut client = stage.connected(Value::Null).await;
    client.rpc("traced/private", Value::Null).await.expect("a reply");
    let line = stage.logs.line(&["is working", "call{", "centrifugo.handler=\"traced\""]).await;
    assert!(line.contains("centrifugo.event=\"rpc\"") && !line.contains("traced/private"), "{line}");
    client.rpc("traced/fail", Value::Null).await.expect_err("a failure");
    stage.logs.line(&["ERROR call{", "the database is gone"]).await;
    stage.stop().await;
}

#[tokio::test]
async fn without_spans_there_are_none() {
    let stage = Stage::start(app()).await;
    let mut client = stage.connected(Value::Null).await;
    client.rpc("traced/private", Value::Null).await.expect("a reply");
    let line = stage.logs.line(&["is working"]).await;
    assert!(!line.contains("call{"), "{line}");
    stage.stop().await;
}
