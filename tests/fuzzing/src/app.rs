//! The app that is called: handlers of all events, which put their event's data into each place of their reply, an
//! interceptor, and the HTTP bridge.

use std::cell::RefCell;
use std::convert::Infallible;

use bytes::Bytes;
use centrifugo::testing::TestApp;
use centrifugo::{
    App, CacheEmpty, Call, ChannelState, Connect, Connected, Data, ErrorReply, Event, MapPublish, MapPublished, MapRemove,
    MapRemoved, Next, PollItem, Polled, PolledItem, ProxyService, Publication, Publish, Published, RawPublications, Refresh,
    Refreshed, Reject, Rpc, RpcReply, SubRefresh, SubRefreshed, Subscribe, SubscribeOptions, Subscribed, handlers,
    interceptors,
};
use futures_util::stream::{self, Stream, StreamExt};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};
use tower::service_fn;

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    static SERVICE: ProxyService = app().into_service().expect("an app without conflicts");
    static TEST_APP: TestApp = TestApp::new(app()).expect("an app without conflicts");
    static BRIDGED: RefCell<Vec<Request<Bytes>>> = const { RefCell::new(Vec::new()) };
}

/// Calls a function with the app of this thread.
pub(crate) fn with_service<T>(call: impl FnOnce(&Runtime, ProxyService) -> T) -> T {
    RUNTIME.with(|runtime| call(runtime, SERVICE.with(ProxyService::clone)))
}

/// Calls a function with the app of this thread, as its test kit.
pub(crate) fn with_test_app<T>(call: impl FnOnce(&Runtime, &TestApp) -> T) -> T {
    RUNTIME.with(|runtime| TEST_APP.with(|app| call(runtime, app)))
}

/// The requests that the HTTP bridge has made on this thread since the last look at them.
pub(crate) fn bridged() -> Vec<Request<Bytes>> {
    BRIDGED.take()
}

fn app() -> App {
    let app = App::empty().handlers(handlers![
        connect,
        refresh,
        chat,
        number,
        publish,
        sub_refresh,
        map_publish,
        map_remove,
        cache_empty,
        channel_state,
        shared_poll,
        ticks,
        mirror,
        echo,
        value,
        text,
        raw,
        depth,
        refuse,
        fail
    ]);
    let app = app.interceptors(interceptors![around]).error_handler(async |_| {});
    // The bridge is for all other methods.
    let bridge = service_fn(async |request: Request<Full<Bytes>>| {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap_or_else(|never| match never {}).to_bytes();
        BRIDGED.with_borrow_mut(|bridged| bridged.push(Request::from_parts(head, body)));
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"1"))))
    });
    app.http(bridge)
}

#[centrifugo::interceptor(collect = false)]
async fn around<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    if call.client().is_some_and(|client| client.id == "refused") {
        Err(ErrorReply::PERMISSION_DENIED)?;
    }
    next.run(call).await
}

#[centrifugo::connect(collect = false)]
async fn connect(event: Connect) -> Connected {
    let options = SubscribeOptions::new().raw_data(event.data.clone());
    let connected =
        Connected::user(&event.name).info(&String::from_utf8_lossy(&event.data)).subscribe_with("chat:1", options);
    connected.raw_data(event.data).label(event.name, event.version)
}

#[centrifugo::refresh(collect = false)]
async fn refresh(event: Refresh) -> Refreshed {
    Refreshed::for_secs(60).info(&*event.user).raw_meta(event.meta)
}

#[centrifugo::subscribe("chat:<room..>", collect = false)]
async fn chat(room: String, event: Subscribe) -> Subscribed {
    Subscribed::new().info(&room).raw_data(event.data)
}

#[centrifugo::topic("number:<number>", collect = false)]
async fn number(number: u64, data: Option<Data<u64>>) -> bool {
    data.is_none_or(|data| data.0 == number)
}

#[centrifugo::publish("chat:<_..>", collect = false)]
async fn publish(event: Publish) -> Published {
    Published::new().tag("user", &*event.user).raw_data(event.data)
}

#[centrifugo::sub_refresh("chat:<_..>", collect = false)]
async fn sub_refresh(event: SubRefresh) -> SubRefreshed {
    SubRefreshed::for_secs(60).info(&*event.user)
}

#[centrifugo::map_publish("board:<_>", collect = false)]
async fn map_publish(event: MapPublish) -> MapPublished {
    MapPublished::new().key(&*event.key).stream_data(&event.data[..]).raw_data(event.data)
}

#[centrifugo::map_remove("board:<_>", collect = false)]
async fn map_remove(event: MapRemove) -> MapRemoved {
    MapRemoved::new().key(&*event.key).tag("user", &*event.user)
}

#[centrifugo::cache_empty(collect = false)]
async fn cache_empty(event: CacheEmpty) -> bool {
    event.channel.starts_with("chat:")
}

#[centrifugo::channel_state(collect = false)]
async fn channel_state(event: ChannelState) -> Result<(), ErrorReply> {
    if event.channel.starts_with("chat:") { Ok(()) } else { Err(ErrorReply::NOT_FOUND) }
}

#[centrifugo::shared_poll("prices:<_>", collect = false)]
async fn shared_poll(items: Vec<PollItem>) -> Polled {
    items.into_iter().map(|item| PolledItem::raw(item.key.clone(), item.key).version(item.version)).collect()
}

#[centrifugo::stream("ticks:<_>", collect = false)]
async fn ticks(event: centrifugo::SubscribeStream) -> impl Stream<Item = Publication> {
    stream::iter([Publication::new(&1), Publication::raw(event.data)])
}

#[centrifugo::stream("mirror:<_>", collect = false)]
async fn mirror(publications: RawPublications) -> impl Stream<Item = Publication> {
    publications.map(Publication::raw)
}

#[centrifugo::rpc("echo", collect = false)]
async fn echo(event: Rpc) -> RpcReply {
    RpcReply::raw(event.data)
}

#[centrifugo::rpc("value", collect = false)]
async fn value(Data(value): Data<serde_json::Value>) -> serde_json::Value {
    value
}

#[centrifugo::rpc("text", collect = false)]
async fn text(event: Rpc) -> String {
    String::from_utf8_lossy(&event.data).into_owned()
}

/// JSON as serde_json alone checks it.
#[centrifugo::rpc("raw", collect = false)]
async fn raw(event: Rpc) -> Result<Box<RawValue>, Reject> {
    Ok(serde_json::from_slice(&event.data)?)
}

/// As many levels as the data has bytes.
#[centrifugo::rpc("depth", collect = false)]
async fn depth(event: Rpc) -> serde_json::Value {
    event.data.iter().fold(serde_json::Value::Null, |inner, _| serde_json::Value::Array(vec![inner]))
}

#[centrifugo::rpc("refuse", collect = false)]
async fn refuse(event: Rpc) -> Result<(), Reject> {
    let text = String::from_utf8_lossy(&event.data).into_owned();
    Err(ErrorReply::try_new(400 + event.data.len() as u32, text)?.into())
}

#[centrifugo::rpc("fail", collect = false)]
async fn fail(event: Rpc) -> Result<(), Reject> {
    Err(Reject::internal(String::from_utf8_lossy(&event.data)))
}
