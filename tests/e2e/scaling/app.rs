//! The app of `docs/scaling.md`, whose instances run in processes of their own.

mod page;

use std::env;
use std::error::Error;
use std::sync::LazyLock;

use centrifugo::{App, Connected, Data, Publisher, PublisherError, Subscribed, UserId};
use centrifugo_tests::LiveCount;
use serde::Deserialize;
use tokio::sync::watch;

/// A user, whose connect waits until the gate is open, or doesn't.
#[derive(Deserialize)]
struct Visitor {
    user: String,
    waits: bool,
}

/// Whether calls that wait may go on.
static GATE: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::channel(false).0);
/// The number of calls that wait.
static WAITING: LazyLock<LiveCount> = LazyLock::new(LiveCount::default);

/// Returns the address of this instance. A call that waits receives it once the gate is open.
async fn address(waits: bool) -> String {
    if waits {
        let _waiting = WAITING.guard();
        GATE.subscribe().wait_for(|open| *open).await.expect("a gate that stays");
    }
    env::var("PROXY_ADDRESS").unwrap_or_default()
}

#[centrifugo::connect]
async fn connect(Data(visitor): Data<Visitor>) -> Connected {
    let address = address(visitor.waits).await;
    Connected::user(visitor.user).data(&address)
}

#[centrifugo::topic("room:<id>")]
async fn enter(_id: u32, waits: Option<Data<bool>>) -> Subscribed {
    Subscribed::new().data(&address(waits.is_some()).await)
}

#[centrifugo::topic("news:<id>")]
async fn follow(_id: u32) -> bool {
    true
}

#[centrifugo::publish("room:<id>")]
async fn say(_id: u32, user: UserId) -> bool {
    !user.is_anonymous()
}

#[centrifugo::rpc("tell/<id>")]
async fn tell(id: u32, Data(text): Data<String>, publisher: Publisher) -> Result<u64, PublisherError> {
    Ok(publisher.publish(format!("room:{id}"), &text).await?.offset)
}

#[centrifugo::rpc("instance")]
async fn instance() -> String {
    address(false).await
}

#[centrifugo::rpc("wait")]
async fn wait() -> String {
    address(true).await
}

#[centrifugo::rpc("waiting")]
async fn waiting() -> (String, usize) {
    (address(false).await, WAITING.now())
}

#[centrifugo::rpc("gate")]
async fn gate(Data(open): Data<bool>) {
    GATE.send_replace(open);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = serde_json::from_str(page::block("json"))?;
    App::new().centrifugo(settings).publisher(Publisher::from_env()?).run().await?;
    Ok(())
}
