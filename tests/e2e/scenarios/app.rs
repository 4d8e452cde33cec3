//! The app behind the servers: what its handlers do is chosen by the client, so that scenarios show it.

use std::time::Duration;

use centrifugo::{
    App, ClientId, Connected, Data, Meta, Metadata, Publications, Published, RawData, Refreshed, Reject, RpcReply,
    SubRefreshed, SubscribeOptions, Subscribed, UserId, handlers,
};
use centrifugo_tests::Outcome;
use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The app of a server. Without connect and refresh handlers, tokens alone decide.
pub(crate) fn of(server: &str) -> App {
    let app = App::empty().handlers(handlers![
        subscribe,
        described,
        asked,
        listed,
        positioned,
        recovered,
        sub_refresh,
        lasting,
        publish,
        changed,
        unkept,
        delayed,
        whoami,
        slow,
        slow_for,
        late,
        late_by,
        echo,
        nothing,
        outcome,
        counted,
        opened,
        failing,
        endless,
        cached,
        talk
    ]);
    match server {
        "tokens" | "insecure" | "headers" | "anonymous" => app,
        _ => app.handlers(handlers![connect, refresh]).emulated_headers(["x-colour"]).http_headers(["x-shape"]),
    }
}

/// What a client sends to connect.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Login {
    user: String,
    outcome: Option<Outcome>,
    /// Seconds.
    expire: Option<u64>,
    refresh: Option<Next>,
    subs: Vec<Sub>,
    info: Option<Value>,
    data: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sub {
    channel: String,
    info: Option<Value>,
    data: Option<Value>,
    presence: Option<bool>,
    join_leave: Option<bool>,
    recovery: Option<bool>,
    cache_recover: bool,
}

/// What a refresh does, kept in the meta.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Next {
    Goes,
    Expired,
    Fails,
}

#[centrifugo::connect(collect = false)]
async fn connect(login: Option<Data<Login>>) -> Result<Connected, Reject> {
    let login = login.map(|Data(login)| login).unwrap_or_default();
    let user = if login.user.is_empty() { Connected::anonymous() } else { Connected::user(&login.user) };
    let mut connected = login.subs.into_iter().fold(user, |connected, sub| {
        let channel = sub.channel.clone();
        connected.subscribe_with(channel, sub.options())
    });
    if let Some(info) = login.info {
        connected = connected.info(&info);
    }
    if let Some(data) = login.data {
        connected = connected.data(&data);
    }
    if let Some(seconds) = login.expire {
        connected = connected.expire_in(Duration::from_secs(seconds)).meta(&login.refresh);
    }
    login.outcome.unwrap_or(Outcome::Result).produce(connected).await
}

impl Sub {
    fn options(self) -> SubscribeOptions {
        let options = SubscribeOptions::new();
        let options = if let Some(info) = self.info { options.info(&info) } else { options };
        let options = if let Some(data) = self.data { options.data(&data) } else { options };
        let options = if let Some(on) = self.presence { options.presence(on) } else { options };
        let options =
            if let Some(on) = self.join_leave { options.join_leave(on).force_push_join_leave(on) } else { options };
        let options = if let Some(on) = self.recovery { options.force_recovery(on) } else { options };
        if self.cache_recover { options.cache_recover() } else { options }
    }
}

#[centrifugo::refresh(collect = false)]
async fn refresh(Meta(next): Meta<Option<Next>>) -> Result<Refreshed, std::fmt::Error> {
    match next {
        None | Some(Next::Goes) => Ok(Refreshed::for_secs(600).info(&"refreshed")),
        Some(Next::Expired) => Ok(Refreshed::expired()),
        Some(Next::Fails) => Err(std::fmt::Error),
    }
}

#[centrifugo::topic("app:<outcome>.<_>", collect = false)]
async fn subscribe(outcome: Outcome) -> Result<(), Reject> {
    outcome.produce(()).await
}

#[centrifugo::topic("app:late.<_>", collect = false)]
async fn late() -> bool {
    tokio::time::sleep(Duration::from_millis(300)).await;
    true
}

/// Takes as much of its time as the channel's name has.
#[centrifugo::topic("app:late.<millis>.<_>", collect = false)]
async fn late_by(millis: u64) -> bool {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    true
}

#[centrifugo::topic("app:described.<_>", collect = false)]
async fn described() -> Subscribed {
    Subscribed::new().data(&json!({ "topic": "<b>&" })).info(&json!(["info"]))
}

/// Returns the data of the subscribe command.
#[centrifugo::topic("app:asked.<_>", collect = false)]
async fn asked(Data(data): Data<Value>) -> Subscribed {
    Subscribed::new().data(&data)
}

#[centrifugo::topic("app:listed.<_>", collect = false)]
async fn listed() -> Subscribed {
    Subscribed::new().presence(true).join_leave(true).force_push_join_leave(true)
}

#[centrifugo::topic("app:positioned.<_>", collect = false)]
async fn positioned() -> Subscribed {
    Subscribed::new().force_positioning(true)
}

#[centrifugo::topic("app:recovered.<_>", collect = false)]
async fn recovered() -> Subscribed {
    Subscribed::new().force_recovery(true)
}

#[centrifugo::topic("lasting:<seconds>.<_>.<_>", collect = false)]
async fn lasting(seconds: u64) -> Subscribed {
    Subscribed::new().expire_in(Duration::from_secs(seconds)).info(&"at first")
}

#[centrifugo::sub_refresh("lasting:<_>.<next>.<_>", collect = false)]
async fn sub_refresh(next: String) -> Result<SubRefreshed, std::fmt::Error> {
    match next.as_str() {
        "goes" => Ok(SubRefreshed::for_secs(600).info(&"refreshed")),
        "stays" => Ok(SubRefreshed::never_expires()),
        "expired" => Ok(SubRefreshed::expired()),
        _ => Err(std::fmt::Error),
    }
}

#[centrifugo::publish("app:<outcome>.<_>", anyone, collect = false)]
async fn publish(outcome: Outcome) -> Result<(), Reject> {
    outcome.produce(()).await
}

#[centrifugo::publish("app:changed.<_>", anyone, collect = false)]
async fn changed(Data(data): Data<Value>) -> Published {
    Published::new().data(&json!({ "was": data })).tag("colour", "blue")
}

#[centrifugo::publish("app:unkept.<_>", anyone, collect = false)]
async fn unkept() -> Published {
    Published::new().skip_history()
}

/// Takes its time, in which the publisher's subscription may change.
#[centrifugo::publish("app:described.<_>", anyone, collect = false)]
async fn delayed() -> bool {
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    true
}

/// Takes its time.
#[centrifugo::rpc("slow", collect = false)]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(300)).await;
    "done"
}

/// Takes as much of its time as the method's name has.
#[centrifugo::rpc("slow.<millis>", collect = false)]
async fn slow_for(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Returns who calls, and with which headers.
#[centrifugo::rpc("whoami", collect = false)]
async fn whoami(user: UserId, client: ClientId, headers: Metadata<'_>) -> Value {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok().map(str::to_owned));
    json!({ "user": user.as_str(), "client": client.to_string(), "colour": header("x-colour"), "shape": header("x-shape") })
}

/// Returns the data as it came.
#[centrifugo::rpc("echo", collect = false)]
async fn echo(RawData(data): RawData) -> RpcReply {
    RpcReply::raw(data)
}

#[centrifugo::rpc("nothing", collect = false)]
async fn nothing() -> RpcReply {
    RpcReply::empty()
}

#[centrifugo::rpc("do/<outcome>", collect = false)]
async fn outcome(outcome: Outcome) -> Result<&'static str, Reject> {
    outcome.produce("done").await
}

/// Ends after so many publications.
#[centrifugo::stream("ticks:count.<to>.<_>", collect = false)]
async fn counted(to: u32) -> impl Stream<Item = u32> {
    stream::iter(1..=to)
}

#[centrifugo::stream("ticks:open.<outcome>.<_>", collect = false)]
async fn opened(outcome: Outcome) -> Result<impl Stream<Item = ()>, Reject> {
    outcome.produce(stream::pending()).await
}

/// Fails after its first publication.
#[centrifugo::stream("ticks:fail.<outcome>.<_>", collect = false)]
async fn failing(outcome: Outcome) -> impl Stream<Item = Result<&'static str, Reject>> {
    stream::iter([Outcome::Result, outcome]).then(|outcome| outcome.produce("tick"))
}

#[centrifugo::stream("ticks:endless.<_>", collect = false)]
async fn endless() -> impl Stream<Item = &'static str> {
    stream::once(async { "here" }).chain(stream::pending())
}

/// A stream in a namespace that recovers its cache by itself.
#[centrifugo::stream("cached:<_>", collect = false)]
async fn cached() -> impl Stream<Item = &'static str> {
    endless().await
}

/// Publishes what its client publishes.
#[centrifugo::stream("talk:<_>", collect = false)]
async fn talk(texts: Publications<Value>, user: UserId) -> impl Stream<Item = Result<Value, Reject>> {
    texts.map(move |text| text.map(|text| json!({ "by": user.as_str(), "text": text })))
}
