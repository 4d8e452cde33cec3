//! The real Centrifugo with the configurations that the engine's own tests refuse and accept.

use centrifugo_server::{Centrifugo, Error};
use futures_util::{StreamExt, stream};
use serde_json::Value;

const VERDICTS: &str = include_str!("../../../standalone/src/config/tests/verdicts.json");

/// Small, as the machine of CI is.
const AT_ONCE: usize = 4;

#[tokio::test]
async fn centrifugo_refuses_and_accepts_the_configurations_that_the_engine_does() {
    let verdicts: Vec<Value> = serde_json::from_str(VERDICTS).expect("JSON");
    stream::iter(verdicts).for_each_concurrent(AT_ONCE, check).await;
}

async fn check(verdict: Value) {
    match (Centrifugo::start(verdict["config"].clone()).await, verdict["refused"].as_str()) {
        (Ok(centrifugo), None) => centrifugo.stop().await,
        (Err(Error::Refused(_) | Error::Start { .. }), Some(_)) => {}
        (Ok(_), Some(_)) => panic!("Centrifugo starts with {verdict}"),
        (Err(error), _) => panic!("{verdict}: {error}"),
    }
}
