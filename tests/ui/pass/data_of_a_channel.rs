//! What a typed channel says of its data holds where it is published and where it is read, and nothing else is asked for.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::HashMap;

use centrifugo::{ClientId, Data, Publisher, RawData, Reject, UserId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Message<'m> {
    text: Cow<'m, str>,
}

#[centrifugo::channel("room:<id>", data = Message<'_>)]
struct Room {
    id: u64,
}

#[centrifugo::channel("scores:<game>", data = HashMap<String, u64>,)]
struct Scores {
    game: String,
}

#[centrifugo::channel("any:<id>")]
struct Any {
    id: u64,
}

#[centrifugo::publish(Room)]
async fn say(Room { id }: Room, user: UserId, Data(message): Data<Message<'_>>) -> bool {
    id > 0 && *user != *message.text
}

#[centrifugo::publish(Scores)]
async fn score(
    _scores: Scores,
    _user: UserId,
    _maybe: Option<Data<HashMap<String, u64>>>,
    _whether: Result<Data<HashMap<String, u64>>, Reject>,
    _raw: RawData,
    _client: Option<ClientId>,
) {
}

#[centrifugo::publish(Any)]
async fn any(Any { id }: Any, _user: UserId, Data(number): Data<u64>) -> bool {
    id == number
}

fn publish(publisher: &Publisher) {
    let text = String::from("hi");
    let _said = publisher.publish(Room { id: 1 }, &Message { text: Cow::Borrowed(&text) });
    let _scored = publisher.publish(&Scores { game: "go".into() }, &HashMap::from([("ann".to_owned(), 1)]));
    let _all = publisher.broadcast([Any { id: 1 }, Any { id: 2 }], &text);
    let _texts = publisher.broadcast(&["news", "weather"], "rain");
    let _text = publisher.publish(&String::from("news"), &[1, 2]);
}

fn main() {
    if let Ok(publisher) = Publisher::from_env() {
        publish(&publisher);
    }
}
