//! Extractors of an app use those of the crate, and each other, at any depth.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use centrifugo::testing::TestApp;
use centrifugo::{
    App, Call, Client, Data, ErrorReply, Event, Extract, HasData, HasUser, Header, Meta, Next, Publish, Published, Reject,
    State, Subscribed, UserId, handlers, interceptors,
};

struct Member(UserId);

impl<'c, E: HasUser> Extract<'c, E> for Member {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let user = UserId::extract(call).await?;
        if user.is_anonymous() {
            Err(ErrorReply::new(401, "sign in first"))?
        }
        Ok(Member(user))
    }
}

struct Letter<'c> {
    from: Member,
    text: &'c str,
    postage: Option<u8>,
}

impl<'c, E: HasUser + HasData> Extract<'c, E> for Letter<'c> {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let from = Member::extract(call).await?;
        let Data(text) = Data::extract(call).await?;
        let postage = Option::<Meta<u8>>::extract(call).await?.map(|Meta(postage)| postage);
        Ok(Self { from, text, postage })
    }
}

#[centrifugo::rpc("send", collect = false)]
async fn send(letter: Letter<'_>, again: Option<Member>, state: Result<State<u8>, Reject>) -> String {
    let _ = (again, state);
    format!("{}: {} ({:?})", letter.from.0, letter.text, letter.postage)
}

#[centrifugo::publish("chat:<room>", collect = false)]
async fn say(room: String, letter: Letter<'_>) -> bool {
    room == letter.text
}

#[test]
fn extractors_serve_every_event_that_has_what_they_take() {
    assert!(App::empty().handlers(handlers![send, say]).state(1_u8).into_service().is_ok());
}

/// An asynchronous extractor that knows how many ran before it.
struct Patient(usize);

/// The number of extractors that have run.
#[derive(Clone, Default)]
struct Extracted(Arc<AtomicUsize>);

impl<'c, E: Event> Extract<'c, E> for Patient {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let State(extracted) = State::<Extracted>::extract(call).await?;
        tokio::task::yield_now().await;
        Ok(Self(extracted.0.fetch_add(1, Relaxed)))
    }
}

#[centrifugo::rpc("wait", collect = false)]
async fn wait(first: Patient, user: UserId, second: Patient, Data(text): Data<&str>, third: Option<Patient>) -> String {
    format!("{user} {text} {} {} {:?}", first.0, second.0, third.map(|third| third.0))
}

#[tokio::test]
async fn asynchronous_extractors_stand_among_others() {
    let extracted = Extracted::default();
    let app = TestApp::new(App::empty().handlers(handlers![wait]).state(extracted.clone())).unwrap();
    let answered = app.rpc("wait").user("ann").data(serde_json::json!("hi")).await;
    assert_eq!(answered.data::<String>(), "ann hi 0 1 Some(2)");

    let refused = app.rpc("wait").user("ann").data(serde_json::json!(1)).await;
    assert_eq!(refused.error().code(), 400);
    assert_eq!(extracted.0.load(Relaxed), 5, "those before the refusal ran, and none after it");
}

#[centrifugo::channel("board:<name>", data = String)]
struct Board {
    name: String,
}

#[centrifugo::publish(Board, collect = false)]
async fn pin(
    board: Board,
    #[cfg(not(test))] missing: Missing,
    #[cfg(test)] user: UserId,
    #[cfg(not(test))] data: Data<Missing>,
    #[cfg(test)] Data(note): Data<String>,
) -> bool {
    board.name == note && user == "ann"
}

#[centrifugo::interceptor(publish, collect = false)]
async fn signed(
    #[cfg(not(test))] missing: Missing,
    #[cfg(test)] user: UserId,
    call: Call<Publish>,
    next: Next<Publish>,
) -> Result<Published, Reject> {
    Ok(next.run(call).await?.tag("by", user.as_str()))
}

#[tokio::test]
async fn an_argument_that_is_not_compiled_is_not_extracted() {
    let app = TestApp::new(App::empty().handlers(handlers![pin]).interceptors(interceptors![signed])).unwrap();
    let pinned = app.publish("board:tea").user("ann").data("tea").await;
    assert!(pinned.is_reply());
    assert_eq!(pinned.reply().tags["by"], "ann");
    assert_eq!(app.publish("board:tea").user("bob").data("tea").await.error().code(), 403);
}

struct Account<'c> {
    name: String,
    text: &'c str,
    client: &'c Client,
}

type Check = Arc<dyn for<'a> Fn(&'a str) -> Option<&'a str> + Send + Sync>;

/// An asynchronous extractor that borrows, and needs what its arguments need.
#[centrifugo::extractor]
async fn account<'a>(
    Meta(id): Meta<usize>,
    State(names): State<&'static [&'static str]>,
    State(check): State<Check>,
    agent: Option<Header<headers::Referer>>,
    text: Data<&'a str>,
    client: &'a Client,
) -> Result<Account<'a>, ErrorReply> {
    tokio::task::yield_now().await;
    let name = names.get(id).copied().and_then(|name| check(name)).ok_or(ErrorReply::new(401, "sign in first"))?;
    Ok(Account { name: format!("{name}{}", agent.is_some()), text: text.0, client })
}

struct Greeting(String);

/// An extractor made of another one, which refuses nothing.
#[centrifugo::extractor]
async fn greeting(account: Account<'_>, mut user: UserId) -> Greeting {
    user = UserId::clone(&user);
    Greeting(format!("{} {user}! {} {}", account.name, account.text, account.client.id))
}

#[centrifugo::rpc("greet", collect = false)]
async fn greet(Greeting(text): Greeting) -> String {
    text
}

#[centrifugo::publish("greet", collect = false)]
async fn greet_all(greeting: Result<Greeting, Reject>) -> bool {
    greeting.is_ok()
}

#[tokio::test]
async fn a_function_of_extractors_is_an_extractor_and_needs_what_they_need() {
    let names: &'static [&'static str] = &["ann"];
    let check: Check = Arc::new(|name| Some(name));
    let app = App::empty().handlers(handlers![greet, greet_all]).state(names);
    assert!(app.centrifugo_config("grpc://127.0.0.1:1").is_err(), "the second state is missing");
    let app = app.state(check);
    let config = app.centrifugo_config("grpc://127.0.0.1:1").unwrap();
    for proxy in [&config["rpc"]["proxy"], &config["channel"]["proxy"]["publish"]] {
        assert_eq!((&proxy["include_connection_meta"], &proxy["http_headers"][0]), (&true.into(), &"referer".into()));
    }
    let app = TestApp::new(app).unwrap();
    let greeted = app.rpc("greet").user("x").meta(0).data("hi").header("referer", "http://localhost/").await;
    assert_eq!(greeted.data::<String>(), "anntrue x! hi c1");
    assert_eq!(app.rpc("greet").meta(7).data("hi").await.error().code(), 401);
    assert_eq!(app.rpc("greet").meta(0).data(7).await.error().code(), 400);
    assert!(app.publish("greet").meta(0).data("hi").await.is_reply());
    assert_eq!(app.publish("greet").meta(7).data("hi").await.error().code(), 403);
}

/// A channel without a value in its name.
#[centrifugo::channel("front-page")]
struct FrontPage;

#[centrifugo::topic(FrontPage, collect = false)]
async fn front_page(_: FrontPage, data: Option<Data<u8>>) -> Result<Subscribed, ErrorReply> {
    Ok(Subscribed::new().data(&data.map(|Data(data)| data)))
}

#[tokio::test]
async fn a_unit_struct_is_a_channel() {
    assert_eq!(centrifugo::ToChannel::to_channel(&FrontPage).unwrap().as_str(), "front-page");
    let app = TestApp::new(App::empty().handlers(handlers![front_page])).unwrap();
    assert!(app.subscribe("front-page").await.is_reply());
    assert_eq!(app.subscribe("front-pages").await.error().code(), 403);
}

#[tokio::test]
async fn null_is_no_optional_data() {
    let app = TestApp::new(App::empty().handlers(handlers![front_page])).unwrap();
    for (sent, received) in [("", None), ("null", None), (" null\n", None), ("7", Some(7))] {
        let answered = app.subscribe("front-page").raw_data(sent).await;
        assert_eq!(answered.data::<Option<u8>>(), received, "{sent:?}");
    }
    assert_eq!(app.subscribe("front-page").data("seven").await.error().code(), 400);
}
