//! The standalone engine with a configuration of Centrifugo alone, and without an app: for the test suites of SDKs.
//!
//! ```text
//! cargo run -p centrifugo-tests --bin engine -- CONFIG.json
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write};
use std::{env, fs};

use centrifugo_standalone::Standalone;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let path = env::args().nth(1).ok_or("the path of a configuration is missing")?;
    let config = serde_json::from_str(&fs::read_to_string(path)?)?;
    let no_app = service_fn(|_: http::Request<Body>| async {
        Ok::<_, Infallible>(Status::unimplemented("there is no app").into_http::<Body>())
    });
    let engine = Standalone::new(&config, no_app)?;
    for note in engine.notes() {
        tracing::info!("{note}");
    }
    let listener = engine.listen().await?;
    writeln!(io::stdout(), "ws://{}/connection/websocket", listener.local_addr()?)?;
    let stop = async {
        // Without signals it runs until it is killed.
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(engine.serve(listener, stop).await?)
}
