//! Interceptors that measure every event, limit calls, and pass the account to handlers; an error handler that reports
//! failures; a tower layer that counts requests.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {"data": "Ann"}}`
//! * `{"id": 2, "rpc": {"method": "whoami"}}`: `"Ann, of the free plan"`;
//! * the same a second time; the third time, error 429: too many calls for the free plan;
//! * `{"id": 5, "rpc": {"method": "broken"}}` on a new connection: error 100, and the cause on the app's stderr;
//! * `{"id": 6, "rpc": {"method": "slow"}}` there: the same after 200 ms, the handler's own deadline;
//! * `{"id": 7, "rpc": {"method": "requests"}}` on another one: the number of Centrifugo's calls, failed ones included.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use centrifugo::{
    App, Call, ClientId, Connected, Data, ErrorReply, Event, Extension, Failure, Next, Reject, Rpc, RpcReply, State, rpc,
};
use tower::util::MapRequestLayer;

const TOO_MANY: ErrorReply = ErrorReply::new(429, "too many calls for the free plan");

/// The account of the caller, which handlers take as `Extension<Account>`.
#[derive(Clone)]
struct Account {
    name: String,
    plan: &'static str,
}

/// Counts each connection's calls.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<HashMap<ClientId, u32>>>);

impl Calls {
    fn count(&self, client: &ClientId) -> u32 {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry(client.clone()).or_default();
        *count += 1;
        *count
    }
}

/// Wraps every event, outside of all other interceptors.
#[centrifugo::interceptor(order = -1)]
async fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    let start = Instant::now();
    let outcome = next.run(call).await;
    log(format_args!("{} took {:?}", E::KIND, start.elapsed()));
    outcome
}

/// Wraps RPCs: refuses some of them, and adds the account to the others.
#[centrifugo::interceptor(rpc)]
async fn account(
    client: ClientId,
    State(calls): State<Calls>,
    mut call: Call<Rpc>,
    next: Next<Rpc>,
) -> Result<RpcReply, Reject> {
    if calls.count(&client) > 2 {
        Err(TOO_MANY)?
    }
    let name = call.event().user.to_string();
    call.extensions_mut().insert(Account { name, plan: "free" });
    next.run(call).await
}

/// Counts the server's requests.
#[derive(Clone, Default)]
struct Requests(Arc<AtomicU64>);

#[centrifugo::error_handler]
async fn report(failure: Failure) {
    log(format_args!("failed: {failure}"));
}

/// Writes a line to stderr, and ignores failures: a closed stderr is no reason to stop.
fn log(line: std::fmt::Arguments<'_>) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// Accepts any name: check a password or token here, as the example `token_auth` does.
#[centrifugo::connect]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name)
}

#[rpc("whoami")]
async fn whoami(Extension(account): Extension<Account>) -> String {
    format!("{}, of the {} plan", account.name, account.plan)
}

#[rpc("broken")]
async fn broken() -> Result<i32, Reject> {
    Ok("forty-two".parse()?)
}

/// Waits for another service, but not as long as Centrifugo would: what the call holds is free again after 200 ms.
#[rpc("slow", timeout = "200ms")]
async fn slow() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[rpc("requests")]
async fn requests(State(requests): State<Requests>) -> u64 {
    requests.0.load(Ordering::Relaxed)
}

/// Adds a tower layer. It receives every HTTP request, before the event is known: also those that reach no handler.
fn app() -> App {
    let requests = Requests::default();
    let seen = requests.clone();
    let counted = MapRequestLayer::new(move |request| {
        seen.0.fetch_add(1, Ordering::Relaxed);
        request
    });
    App::new().layer(counted).state(requests).state(Calls::default())
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    app().run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn the_third_call_of_a_connection_is_refused() {
        let app = TestApp::new(app()).expect("an app that can start");
        for _ in 0..2 {
            let reply = app.rpc("whoami").user("Ann").client("one").await;
            assert_eq!(reply.data::<String>(), "Ann, of the free plan");
        }
        assert_eq!(app.rpc("whoami").user("Ann").client("one").await.error(), &TOO_MANY);
        assert!(app.rpc("whoami").user("Ann").client("two").await.is_reply());
    }

    #[tokio::test]
    async fn a_failure_has_its_cause() {
        let app = TestApp::new(app()).expect("an app that can start");
        assert!(app.rpc("broken").await.failure().contains("invalid digit"));
        assert!(app.rpc("slow").await.failure().contains("`timeout = \"200ms\"` of the handler is over"));
    }
}
