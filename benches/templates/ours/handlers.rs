use centrifugo::{Connected, Data, State, UserId, rpc, topic};
use serde::{Deserialize, Serialize};

use crate::Shop;

#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name).subscribe("news")
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong {edit}"
}

#[topic("news")]
async fn news(_: UserId, State(_): State<Shop>) -> bool {
    true
}
