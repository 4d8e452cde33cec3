//! The real Centrifugo and the engine, with configurations that both refuse or accept.

use std::convert::Infallible;

use centrifugo_server::{Centrifugo, Error};
use centrifugo_standalone::Standalone;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;

/// The engine's own tests check the messages.
const VERDICTS: &str = include_str!("../../../standalone/src/config/tests/verdicts.json");

/// Small, as the machine of CI is.
const AT_ONCE: usize = 4;

#[tokio::test]
async fn centrifugo_refuses_and_accepts_the_configurations_that_the_engine_does() {
    let verdicts: Vec<Value> = serde_json::from_str(VERDICTS).expect("JSON");
    stream::iter(verdicts).for_each_concurrent(AT_ONCE, check).await;
}

async fn check(verdict: Value) {
    // All of the engine but its socket.
    let routes = Standalone::new(&verdict["config"], service_fn(no_app)).map(|engine| engine.router());
    assert_eq!(routes.is_err(), verdict["refused"].is_string(), "{verdict}");
    match (Centrifugo::start(verdict["config"].clone()).await, verdict["refused"].as_str()) {
        (Ok(centrifugo), None) => centrifugo.stop().await,
        (Err(Error::Refused(_) | Error::Start { .. }), Some(_)) => {}
        (Ok(_), Some(_)) => panic!("Centrifugo starts with {verdict}"),
        (Err(error), _) => panic!("{verdict}: {error}"),
    }
}

async fn no_app(_: http::Request<Body>) -> Result<http::Response<Body>, Infallible> {
    Ok(Status::unimplemented("there is no app").into_http())
}
