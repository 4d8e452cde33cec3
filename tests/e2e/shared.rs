//! Handlers that tests of several subjects have.

use centrifugo::Connected;

#[centrifugo::connect(collect = false)]
pub(crate) async fn connect() -> Connected {
    Connected::user("7")
}

#[centrifugo::rpc("ping", collect = false)]
pub(crate) async fn ping() -> &'static str {
    "pong"
}
