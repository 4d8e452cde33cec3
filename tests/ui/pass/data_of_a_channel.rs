//! The data of a typed channel has its type where it is published and where it is read; a channel without one takes any.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::HashMap;

use centrifugo::{
    ClientId, Data, MapPublished, Polled, PolledItem, Publication, Publications, Published, Publisher, RawData, Reject,
    Subscribed, SubscribedStream, UserId,
};
use futures_util::stream::{self, Stream, StreamExt};
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

/// Clients send numbers, and receive texts.
#[centrifugo::channel("drafts:<id>", data = String, from_client = u64)]
struct Draft {
    id: u64,
}

/// Clients send numbers, and receive anything.
#[centrifugo::channel("free:<id>", from_client = u64)]
struct Free {
    id: u64,
}

#[centrifugo::publish(Draft)]
async fn publish_text(Draft { id }: Draft, _user: UserId, Data(number): Data<u64>) -> Result<Published<Draft>, Reject> {
    Ok(Published::new().data(&format!("{number} in {id}")).tag("kind", "number"))
}

#[centrifugo::publish(Free)]
async fn free(Free { id }: Free, _user: UserId, Data(number): Data<u64>) -> Published {
    Published::new().data(&(number + id))
}

#[centrifugo::map_publish(Draft)]
async fn set(Draft { id }: Draft, _user: UserId, Data(number): Data<u64>) -> MapPublished<Draft> {
    MapPublished::new().data(&format!("{number} in {id}")).stream_data(&String::new())
}

#[centrifugo::map_publish(Any)]
async fn set_any(Any { id }: Any, user: UserId) -> bool {
    user == id.to_string()
}

#[centrifugo::shared_poll(Draft)]
async fn poll(Draft { id }: Draft) -> Vec<PolledItem<Draft>> {
    vec![PolledItem::new("key", &id.to_string()).previous(&String::new())]
}

#[centrifugo::shared_poll(Scores)]
async fn poll_scores(Scores { game }: Scores) -> Polled<Scores> {
    Polled::new().item(PolledItem::new(game, &HashMap::new()))
}

#[centrifugo::shared_poll(Any)]
async fn poll_any(Any { id }: Any) -> Vec<PolledItem> {
    vec![PolledItem::new("key", &id)]
}

#[centrifugo::stream(Draft)]
async fn ticks(Draft { id }: Draft, Data(_since): Data<i8>, _drafts: Publications<u64>) -> impl Stream<Item = String> {
    stream::iter([id.to_string()])
}

#[centrifugo::stream(Scores)]
async fn scores(_scores: Scores) -> Result<impl Stream<Item = Result<Publication<Scores>, Reject>>, Reject> {
    Ok(stream::iter([Ok(Publication::new(&HashMap::new()).tag("kind", "score"))]))
}

#[centrifugo::stream(Any)]
async fn any_ticks(Any { id }: Any) -> SubscribedStream<Any> {
    Subscribed::new().stream(stream::iter([id]).map(|id| id + 1))
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
