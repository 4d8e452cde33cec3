//! An app whose every private value has a mark, so that a test finds it in the log. Its arguments are the mark, and
//! `upstream` if a server of its own answers the bridge's requests.

use std::env;
use std::error::Error;
use std::future;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use centrifugo::headers::Authorization;
use centrifugo::headers::authorization::Basic;
use centrifugo::{
    App, Connected, Data, ErrorReply, Header, MapPublished, Meta, Metadata, Publications, Published, Publisher, RawData,
    Refreshed, Reject, RpcReply, SubRefreshed, Subscribed,
};
use futures_util::stream::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The data of every event.
#[derive(Deserialize)]
struct Task {
    token: String,
    outcome: Outcome,
}

/// The ways in which a handler ends. Data with any other word doesn't fit.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Reply,
    Refuse,
    Fail,
    Unread,
    Panic,
    Hang,
}

impl Task {
    /// Returns the private text, or ends as the client wishes.
    async fn run(self) -> Result<String, Reject> {
        match self.outcome {
            Outcome::Reply => Ok(self.token),
            Outcome::Refuse => Err(Reject::from(ErrorReply::new(403, "not allowed")).because("ann is not an editor")),
            Outcome::Fail => Err(Reject::internal("the database is gone")),
            Outcome::Unread => Err(serde_json::from_value::<u8>(self.token.into()).expect_err("a text is no number").into()),
            Outcome::Panic => panic!("on purpose"),
            Outcome::Hang => future::pending().await,
        }
    }
}

#[centrifugo::connect]
async fn connect(Data(task): Data<Task>, _: Metadata<'_>) -> Result<Connected, Reject> {
    let token = task.run().await?;
    Ok(Connected::user("ann").meta(&token).info(&token).data(&token).expire_in(Duration::from_secs(1)))
}

/// The meta is a text, so it doesn't fit.
#[centrifugo::refresh]
async fn refresh(_: Meta<u8>) -> Refreshed {
    Refreshed::for_secs(60)
}

#[centrifugo::subscribe("room:<_>")]
async fn subscribe(Data(task): Data<Task>) -> Result<Subscribed, Reject> {
    let token = task.run().await?;
    Ok(Subscribed::new().info(&token).data(&token).expire_in(Duration::from_secs(1)))
}

#[centrifugo::sub_refresh("room:<_>")]
async fn sub_refresh(_: Meta<u8>) -> SubRefreshed {
    SubRefreshed::for_secs(60)
}

#[centrifugo::publish("room:<_>", anyone)]
async fn publish(Data(task): Data<Task>) -> Result<Published, Reject> {
    Ok(Published::new().data(&task.run().await?))
}

#[centrifugo::map_publish("board:<_>", anyone)]
async fn map_publish(Data(task): Data<Task>) -> Result<MapPublished, Reject> {
    Ok(MapPublished::new().data(&task.run().await?))
}

#[centrifugo::stream("live:<_>")]
async fn live(
    Data(task): Data<Task>,
    publications: Publications<Task>,
) -> Result<impl Stream<Item = Result<String, Reject>>, Reject> {
    task.run().await?;
    Ok(publications.then(async |task| task?.run().await))
}

#[centrifugo::rpc("task")]
async fn task(Data(task): Data<Task>) -> Result<String, Reject> {
    task.run().await
}

/// The text has no quotes, so it is no JSON.
#[centrifugo::rpc("junk")]
async fn junk(Data(task): Data<Task>, RawData(_): RawData) -> RpcReply {
    RpcReply::raw(task.token)
}

#[centrifugo::rpc("meta")]
async fn meta(Meta(number): Meta<u8>) -> u8 {
    number
}

/// The client's header is not a `Basic` one.
#[centrifugo::rpc("header")]
async fn header(_: Header<Authorization<Basic>>) {}

/// Where the server API is.
#[derive(Deserialize)]
struct Api {
    url: String,
    key: String,
    token: String,
}

#[centrifugo::rpc("api")]
async fn api(Data(api): Data<Api>) -> Result<(), Reject> {
    Publisher::new(api.url, api.key)?.publish("room:api", &api.token).await?;
    Ok(())
}

/// What the bridge's requests receive: their own private values.
fn router(mark: &'static str) -> Router {
    let set_cookie = ("set-cookie", mark);
    Router::new()
        .route("/echo", any(move |body: String| async move { ([set_cookie], json!({ mark: body }).to_string()) }))
        .route("/headers", any(|headers: HeaderMap| async move { json!({ "n": headers.len() }).to_string() }))
        .route("/junk", any(move || async move { ([set_cookie], mark) }))
        .route("/refuse", any(move || async move { (StatusCode::FORBIDDEN, json!({ "message": mark }).to_string()) }))
        .route("/fail", any(move || async move { (StatusCode::INTERNAL_SERVER_ERROR, json!(mark).to_string()) }))
        .route("/hang", any(future::pending::<()>))
}

async fn serve(router: Router) -> Result<String, std::io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

fn config(mark: &str) -> Value {
    json!({
        "http_api": { "key": format!("{mark}-key") },
        "client": { "token": { "hmac_secret_key": format!("{mark}-hmac") } },
    })
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the test reads the configuration there")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let mark: &'static str = arguments[1].clone().leak();
    let app = App::new().secret("x-secret", format!("{mark}-secret")).centrifugo(config(mark));
    let app = app.http_headers(["cookie"]).emulated_headers(["authorization"]).prometheus("127.0.0.1:0").spans();
    app.print_config()?;
    let app = match arguments.get(2).map(String::as_str) {
        Some("upstream") => app.http_upstream(serve(router(mark)).await?),
        _ => app.http(router(mark)),
    };
    let server = app.bind().await?;
    println!("{}", server.centrifugo_config());
    Ok(server.serve().await?)
}
