//! Every attribute, derive and macro, in an app with strict lints.

// Of the functions themselves: a handler is asynchronous, and takes its arguments by value.
#![allow(clippy::unused_async, clippy::needless_pass_by_value)]

mod channels;
mod errors;

use centrifugo::{
    App, Call, Connected, Data, Event, Failure, Key, Meta, Next, Polled, Publications, Published, Refreshed, Reject,
    RpcReply, State, SubRefreshed, SubscribedStream, UserId, handlers, interceptors,
};
use futures_util::stream::{self, Stream};

use channels::{Lobby, Message, Room};
use errors::Refusal;

#[centrifugo::connect]
async fn connect(data: Option<Data<String>>) -> Result<Connected, Refusal> {
    data.map_or(Err(Refusal::Nobody), |Data(name)| Ok(Connected::user(name)))
}

#[centrifugo::refresh(name = "again")]
async fn refresh(user: &UserId) -> Result<Refreshed, std::num::ParseIntError> {
    user.parse().map(Refreshed::for_secs)
}

#[centrifugo::rpc("ping/<id>[.<name>]", ignore_case)]
async fn ping(id: u64, name: Option<String>, State(max): State<usize>) -> Result<String, Refusal> {
    if usize::try_from(id)? > max { Err(Refusal::Full(max)) } else { Ok(name.unwrap_or_default()) }
}

#[centrifugo::rpc("pong", collect = false)]
async fn uncollected() {}

#[centrifugo::topic("user.<id>", lenient)]
async fn own(id: u64, user: Option<UserId>, meta: Option<Meta<String>>) -> bool {
    user.is_some_and(|user| user == id.to_string()) && meta.is_none()
}

#[centrifugo::subscribe(Room)]
async fn room(Room { team, room }: Room) -> Result<(), Refusal> {
    if room.is_empty() { Err(Refusal::Team { team }) } else { Ok(()) }
}

#[centrifugo::publish(Room, binary)]
async fn say(room: Room, user: UserId, Data(message): Data<Message>) -> Result<Published<Room>, Reject> {
    let channel = centrifugo::ToChannel::to_channel(&room)?;
    Ok(Published::new().data(&message).tag("user", format!("{user} in {channel}")))
}

#[centrifugo::sub_refresh(Lobby, name = "still")]
async fn still(lobby: Lobby) -> SubRefreshed {
    SubRefreshed::for_secs(lobby.page.unwrap_or(1).into())
}

#[centrifugo::stream("ticks:<symbol>")]
async fn ticks(symbol: String) -> Result<impl Stream<Item = Result<String, Reject>>, Refusal> {
    Ok(stream::iter([Ok(symbol)]))
}

#[centrifugo::stream("echo:<_>")]
async fn echo(publications: Publications<String>) -> SubscribedStream {
    centrifugo::Subscribed::new().try_stream(publications)
}

#[centrifugo::map_publish("board:<id>")]
async fn draw(id: u64, key: Key, _user: UserId) -> bool {
    key == id.to_string()
}

#[centrifugo::map_remove("board:<id>", anyone)]
async fn erase(id: u64) -> bool {
    id == 7
}

#[centrifugo::shared_poll("prices:<market>")]
async fn prices(market: String) -> Polled {
    drop(market);
    Polled::new()
}

#[centrifugo::cache_empty("news:<topic>")]
async fn fill(topic: String) -> bool {
    !topic.is_empty()
}

#[centrifugo::channel_state("news:<topic>")]
async fn state(topic: String) {
    drop(topic);
}

#[centrifugo::interceptor]
async fn every<E: Event>(State(max): State<usize>, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    if max == 0 {
        return Err(Refusal::Nobody.into());
    }
    next.run(call).await
}

#[centrifugo::interceptor(rpc, order = -1, collect = false)]
async fn unlisted(call: Call<centrifugo::Rpc>, next: Next<centrifugo::Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

#[centrifugo::error_handler]
async fn report(failure: Failure) {
    drop(failure);
}

fn main() {
    let app = App::new().handlers(handlers![uncollected]).interceptors(interceptors![unlisted]).state(7_usize);
    drop(app.into_service());
}
