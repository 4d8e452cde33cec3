//! Every attribute with every option.
use centrifugo::{
    Call, Channel, ClientId, Connected, Data, ErrorReply, Event, Failure, HasChannel, Meta, Metadata, Next, Publications,
    Publish, Published, RawData, RawPublications, Refreshed, Reject, Rpc, RpcReply, State, SubRefreshed, Subscribe,
    Subscribed, SubscribedStream, UserId, connect, publish, refresh, rpc, sub_refresh, subscribe, topic,
};
use futures_util::stream::{self, Stream};

#[connect(name = "door")]
async fn connect(client: ClientId, data: Option<Data<String>>) -> Result<Connected, Reject> {
    Ok(Connected::user(client).data(&data.map(|Data(text)| text)))
}

#[refresh(name = "again")]
async fn refresh(user: &UserId) -> Result<Refreshed, std::num::ParseIntError> {
    let seconds: u64 = user.parse()?;
    Ok(Refreshed::for_secs(seconds))
}

#[rpc("ping", name = "pong")]
async fn ping() -> &'static str {
    "pong"
}

#[rpc("<method..>", lenient)]
async fn any_method(method: String, request: &Rpc) -> bool {
    method == request.method
}

#[topic("user.<id>", ignore_case, lenient, name = "own")]
async fn own(id: u64, user: Option<UserId>, meta: Option<Meta<String>>) -> bool {
    user.is_some_and(|user| user == id.to_string()) && meta.is_none()
}

#[subscribe]
async fn any_channel(request: Subscribe, channel: Channel) -> Result<Subscribed, Reject> {
    drop((request, channel));
    Ok(Subscribed::new())
}

#[publish("chat:<room>[:<thread>]", lenient, anyone, binary, ignore_case, name = "say")]
async fn say(room: String, thread: Option<u32>, RawData(data): RawData) -> Published {
    Published::new().raw_data(data).tag("room", format!("{room}{thread:?}"))
}

#[publish("files.<path..>", collect = false)]
async fn upload(path: String, request: &Publish, metadata: Metadata<'_>, State(max): State<usize>) -> bool {
    path.len() + request.data.len() + metadata.len() < max
}

#[centrifugo::channel("team:<team>:<room>", lenient, data = str)]
struct Room {
    team: u32,
    room: String,
}

#[sub_refresh(Room)]
async fn still(Room { team, room }: Room) -> SubRefreshed {
    if room.is_empty() { SubRefreshed::expired() } else { SubRefreshed::for_secs(team.into()) }
}

#[centrifugo::stream("ticks:<symbol>", lenient, name = "ticker", ignore_case)]
async fn ticks(symbol: String) -> Result<impl Stream<Item = Result<String, Reject>>, ErrorReply> {
    Ok(stream::iter([Ok(symbol)]))
}

#[centrifugo::channel("echo:<room>")]
struct Echo {
    room: String,
}

#[centrifugo::stream(Echo)]
async fn echo(Echo { room }: Echo, said: Publications<String>, raw: Option<RawPublications>) -> SubscribedStream {
    drop(raw);
    Subscribed::new().data(&room).try_stream(said)
}

#[centrifugo::interceptor]
async fn every<E: Event>(State(max): State<usize>, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    if max == 0 {
        Err(ErrorReply::BAD_REQUEST)?
    }
    next.run(call).await
}

#[centrifugo::interceptor(topic, publish, stream, sub_refresh, order = -1, name = "channels", collect = false)]
async fn some<E: HasChannel>(mut call: Call<E>, next: Next<E>) -> Result<E::Reply, ErrorReply> {
    let channel = call.event().channel().clone();
    call.extensions_mut().insert(channel);
    next.run(call).await.map_err(|_| ErrorReply::PERMISSION_DENIED)
}

#[centrifugo::interceptor(rpc)]
async fn one(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

#[centrifugo::error_handler]
async fn report(failure: Failure) {
    drop(failure);
}

mod nested {
    #[centrifugo::topic("_.<_>.<kind>", collect = false)]
    pub(crate) async fn by_kind(kind: String) -> bool {
        kind == "public"
    }
}

fn main() {
    let _app = centrifugo::App::new()
        .handlers(centrifugo::handlers![upload, nested::by_kind])
        .interceptors(centrifugo::interceptors![some]);
    let _future = ping();
}
