//! Lets everybody in, without a name.
//!
//! Try: `{"id": 1, "connect": {}}`

use centrifugo::Connected;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::run().await
}
