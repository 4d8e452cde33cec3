//! Conflicts that stop the start: all are reported at once, with file and line.
#![forbid(unsafe_code)]

use centrifugo::{App, Conflict, Connected, Header, Refreshed, StartError, State, UserId, handlers};
use headers::UserAgent;

#[centrifugo::channel("user.<id>")]
struct UserChannel {
    id: u64,
}

#[centrifugo::connect(collect = false)]
async fn connect(State(_): State<u8>) -> Connected {
    Connected::anonymous()
}

#[centrifugo::connect(collect = false)]
async fn connect_again() -> Connected {
    Connected::anonymous()
}

#[centrifugo::topic("user.<uuid>", collect = false)]
async fn own(uuid: u64, user: UserId) -> bool {
    user == uuid.to_string()
}

#[centrifugo::topic(UserChannel, collect = false)]
async fn own_too(channel: UserChannel, user: UserId) -> bool {
    user == channel.id.to_string()
}

#[centrifugo::rpc("ping", collect = false)]
async fn ping(Header(_): Header<UserAgent>, _text: Option<State<String>>) -> &'static str {
    "pong"
}

#[centrifugo::refresh(collect = false)]
async fn refresh(State(_): State<String>) -> Refreshed {
    Refreshed::for_secs(60)
}

fn conflicts(app: App) -> Vec<Conflict> {
    match app.into_service() {
        Err(StartError::Conflicts(conflicts)) => conflicts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_conflict_is_reported_at_once() {
    let app = App::empty().handlers(handlers![connect, connect_again, own, own_too, ping, refresh]).state(1_u8);
    let error = app.into_service().unwrap_err();
    let text = error.to_string();
    for part in [
        "every name is handled twice: `start::connect` (",
        "and `start::connect_again` (",
        "`user.<>` is handled twice: `start::own` (",
        "and `start::own_too` (",
        "the header `user-agent` of `start::ping` (",
        "`start::refresh` (",
        "takes `State<alloc::string::String>`: add a value of that type with `App::state(..)`",
        "start.rs:",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(text.lines().count(), 5, "{text}");
    assert_eq!(format!("{error:?}"), text);
}

#[test]
fn a_state_that_is_set_or_optional_is_no_conflict() {
    assert!(App::empty().handlers(handlers![connect]).state(1_u8).into_service().is_ok());
    assert!(matches!(
        conflicts(App::empty().handlers(handlers![connect]))[..],
        [Conflict::MissingState { state: "u8", .. }]
    ));
}

#[test]
fn a_handler_named_twice_is_one_handler() {
    assert!(App::empty().handlers(handlers![own, own]).into_service().is_ok());
}

#[test]
fn an_app_without_handlers_does_not_start() {
    assert!(matches!(App::empty().into_service(), Err(StartError::NoHandlers)));
}

#[test]
fn headers_that_break_or_vanish_are_refused() {
    let app = || App::empty().handlers(handlers![own]);
    for name in ["Connection", "upgrade", "user-agent", "content-type", "te", "host", "grpc-timeout", "x y"] {
        assert!(matches!(conflicts(app().http_headers([name]))[..], [Conflict::Header { .. }]), "{name}");
        assert!(matches!(conflicts(app().emulated_headers([name]))[..], [Conflict::Header { .. }]), "{name}");
    }
    assert!(app().http_headers(["Cookie", "x-real-ip"]).into_service().is_ok());
}

#[test]
fn a_secret_that_clients_could_send_along_is_refused() {
    let app = || App::empty().handlers(handlers![own]);
    assert!(app().secret("X-Secret", "s3cr3t").into_service().is_ok());
    assert_eq!(conflicts(app().secret("x-secret", "s3cr3t").emulated_headers(["X-Secret"])).len(), 1);
}

#[test]
fn a_secret_that_protects_nothing_is_refused() {
    let app = || App::empty().handlers(handlers![own]);
    for app in [
        app().secret("x-secret", ""),
        app().secret("x-secret", "a\nb"),
        app().secrets("x-secret", ["s3cr3t", ""]),
        app().secrets("x-secret", [""; 0]),
    ] {
        let conflicts = conflicts(app);
        assert!(matches!(conflicts[..], [Conflict::Secret { .. }]), "{conflicts:?}");
    }
}

#[test]
fn a_namespace_that_centrifugo_refuses_is_refused() {
    let app = App::empty().handlers(handlers![own]).namespace("a");
    assert!(matches!(conflicts(app)[..], [Conflict::Namespace { .. }]));
}

#[test]
fn the_configuration_is_refused_like_the_start() {
    let app = App::empty().handlers(handlers![connect, connect_again]);
    assert!(matches!(app.centrifugo_config("grpc://127.0.0.1:1"), Err(StartError::Conflicts(_))));
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = App::empty().handlers(handlers![own]).listen(&address).bind().await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("can't listen on `{address}` (App::listen): ")), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn instances_listen_on_one_port_if_all_share_it() {
    let app = || App::empty().handlers(handlers![own]);
    let first = app().listen("127.0.0.1:0").reuse_port().bind().await.unwrap();
    let address = first.local_addr().to_string();
    assert_eq!(app().listen(&address).reuse_port().bind().await.unwrap().local_addr(), first.local_addr());
    app().listen(&address).bind().await.unwrap_err();
}

#[tokio::test]
async fn a_unix_socket_has_no_port_to_share() {
    let app = App::empty().handlers(handlers![own]).listen("unix:///run/app.sock").reuse_port();
    let error = app.bind().await.unwrap_err();
    assert!(std::error::Error::source(&error).is_some_and(|why| why.to_string().contains("no port to share")), "{error}");
}

#[test]
fn an_app_with_nothing_but_http_starts_and_its_verbs_are_configured() {
    let app = App::empty().http(axum::Router::new());
    let rpc = app.centrifugo_config("grpc://127.0.0.1:10001").unwrap()["rpc"].take();
    let names: Vec<_> = rpc["namespaces"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["delete", "get", "head", "patch", "post", "put"]);
    assert_eq!(rpc["without_namespace"]["proxy_enabled"], true);
    assert_eq!(rpc["proxy"]["endpoint"], "grpc://127.0.0.1:10001");
    assert!(app.into_service().is_ok());
}

/// A program has one recorder of metrics. This one stays in the process, where no other test counts anything.
#[cfg(feature = "prometheus")]
#[tokio::test]
async fn an_app_in_a_program_with_another_recorder_serves_no_metrics() {
    metrics::set_global_recorder(metrics::NoopRecorder).expect("the first recorder");
    let app = App::empty().handlers(handlers![connect_again]).listen("127.0.0.1:0").prometheus("127.0.0.1:0");
    let error = app.bind().await.expect_err("a conflict").to_string();
    let expected = "(App::prometheus): the program has installed another recorder of the `metrics` facade: call `App::metrics` \
                    instead, and let that recorder serve them";
    assert!(error.ends_with(expected), "{error}");
}
