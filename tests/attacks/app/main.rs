//! The app that is attacked. Its only argument is its settings, as JSON; it logs its address.

mod handlers;

use std::env;

use axum::Router;
use axum::routing::get;
use centrifugo::{App, StartError, Tls};
use centrifugo_tests::Greeting;
use centrifugo_tests::attacked::{SECRET, Settings};
use tokio::runtime::{Builder, Runtime};
use tower::layer::layer_fn;
use tower::layer::util::Identity;

fn main() -> Result<(), StartError> {
    let settings = env::args().nth(1).expect("settings, as JSON");
    let settings: Settings = serde_json::from_str(&settings).expect("settings");
    runtime(&settings).block_on(app(settings).run())
}

fn runtime(settings: &Settings) -> Runtime {
    let mut builder = if settings.one_thread { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build().expect("a runtime")
}

fn app(settings: Settings) -> App {
    let app = App::new().http(Router::new().route("/x", get(async || "1")));
    let app = with(app, settings.layered.then(Identity::new), App::layer);
    let app = with(app, settings.greets.then(|| layer_fn(Greeting)), App::layer);
    let app = with(app, settings.secret, |app, secret| app.secret(SECRET, secret));
    let app = with(app, settings.tls, |app, [cert, key]| app.tls(Tls::from_pem(cert, key)));
    let app = with(app, settings.drain_timeout, App::drain_timeout);
    let app = with(app, settings.stop_delay, App::stop_delay);
    let app = with(app, settings.reuse_port.then_some(()), |app, ()| app.reuse_port());
    let app = with(app, settings.handshake_timeout, App::handshake_timeout);
    let app = with(app, settings.body_timeout, App::body_timeout);
    let app = with(app, settings.max_unfinished_bytes, App::max_unfinished_bytes);
    let app = with(app, settings.send_timeout, App::send_timeout);
    let app = with(app, settings.max_unsent_bytes, App::max_unsent_bytes);
    let app = with(app, settings.max_connections, App::max_connections);
    let app = with(app, settings.max_concurrent_calls, App::max_concurrent_calls);
    with(app, settings.max_running_calls, App::max_running_calls)
}

/// Applies the settings that have a value.
fn with<T>(app: App, value: Option<T>, set: impl FnOnce(App, T) -> App) -> App {
    match value {
        Some(value) => set(app, value),
        None => app,
    }
}
