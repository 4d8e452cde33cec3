//! A real Centrifugo v6.9.1: found or built, started on free ports of 127.0.0.1, and stopped by its process id. And the
//! packages of npm that its clients are made of, and h2spec.
//!
//! ```no_run
//! # async fn run() -> Result<(), centrifugo_server::Error> {
//! use centrifugo_server::Centrifugo;
//!
//! let centrifugo = Centrifugo::start(serde_json::json!({})).await?;
//! println!("{}", centrifugo.websocket_url());
//! centrifugo.stop().await;
//! # Ok(())
//! # }
//! ```

mod binary;
mod error;
mod go;
mod h2spec;
mod npm;
mod process;

pub use error::Error;
pub use h2spec::h2spec;
pub use npm::npm_ci;
pub use process::Centrifugo;
