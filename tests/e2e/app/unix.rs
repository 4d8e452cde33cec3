//! An app on a Unix socket: Centrifugo calls it there, and the socket's file is handled with care.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use centrifugo::{App, Server, StartError, handlers};
use centrifugo_server::Centrifugo;
use centrifugo_tests::{Client, Logs};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::shared;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

async fn bind(path: &Path) -> Result<Server, StartError> {
    let app = App::empty().handlers(handlers![shared::connect, shared::ping]).secret("x-centrifugo-secret", "open sesame");
    app.listen(format!("unix://{}", path.display())).bind().await
}

async fn refused(path: &Path) -> String {
    bind(path).await.expect_err("a refusal").to_string()
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

#[tokio::test]
async fn centrifugo_calls_an_app_on_a_unix_socket() {
    let (folder, logs) = (folder(), Logs::keep());
    let path = folder.path().join("app.sock");
    let server = bind(&path).await.expect("an app");
    let endpoint = format!("unix://{}", path.display());
    assert_eq!((server.endpoint(), server.local_addr().port()), (endpoint.clone(), 0));
    let config = server.centrifugo_config();
    assert_eq!(config["rpc"]["proxy"]["endpoint"], endpoint);
    logs.line(&["INFO", &format!("listening on {endpoint}")]).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let app = tokio::spawn(server.serve_until(async { drop(stopped.await) }));

    let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let mut client = Client::open(&centrifugo.websocket_url(), json!({})).await;
    client.call("connect", json!({})).await.expect("a client that can try");
    client.event("connected").await;
    for _ in 0..10 {
        assert_eq!(client.rpc("ping", Value::Null).await, Ok(json!("pong")));
    }
    drop(stop);
    app.await.expect("an app that doesn't panic").expect("a good end");
    assert!(!path.exists(), "the file is removed at the end");
    centrifugo.stop().await;
    let log = logs.text();
    assert!(!log.contains("WARN") && !log.contains("system's settings"), "{log}");
}

#[tokio::test]
async fn its_user_and_its_group_may_connect() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let server = bind(&path).await.expect("an app");
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o660, "{mode:o}");
    drop(server);
    assert!(!path.exists(), "a server that never serves removes it, too");
}

#[tokio::test]
async fn a_file_that_nobody_listens_on_is_replaced() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(is_socket(&path), "it is left behind");
    let server = bind(&path).await.expect("an app");
    assert!(refused(&path).await.contains("another process listens on it"));
    drop(server);
    drop(bind(&path).await.expect("an app"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_apps_that_start_at_once_on_a_file_left_behind_one_listens() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    for _ in 0..100 {
        drop(UnixListener::bind(&path).expect("a socket"));
        let starts: Vec<_> =
            (0..4).map(|_| path.clone()).map(|path| tokio::spawn(async move { bind(&path).await })).collect();
        let mut listening = Vec::new();
        for start in starts {
            match start.await.expect("a start that doesn't panic") {
                Ok(server) => listening.push(server),
                Err(error) => assert!(error.to_string().contains("another process listens on it"), "{error}"),
            }
        }
        assert_eq!(listening.len(), 1);
        assert!(is_socket(&path), "the file is that of the app that listens");
    }
}

#[tokio::test]
async fn a_socket_that_another_process_listens_on_is_refused_and_kept() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let other = UnixListener::bind(&path).expect("a socket");
    let error = refused(&path).await;
    let expected = format!(
        "can't listen on `unix://{}` (App::listen): another process listens on it: stop that process, \
         or choose another path",
        path.display()
    );
    assert_eq!(error, expected);
    assert!(is_socket(&path));
    drop(other);
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_refused_and_kept() {
    let folder = folder();
    let (file, link) = (folder.path().join("data"), folder.path().join("link"));
    fs::write(&file, "precious").expect("a file");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    for path in [&file, &link, &folder.path().to_owned()] {
        let error = refused(path).await;
        assert!(error.contains("there is a file that isn't a socket"), "{error}");
    }
    assert_eq!(fs::read_to_string(&link).expect("the file"), "precious");
    let error = refused(&folder.path().join("missing/app.sock")).await;
    assert!(error.contains("missing` doesn't exist: create it"), "{error}");
}

#[tokio::test]
async fn the_file_of_another_app_is_not_removed_at_the_end() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let first = bind(&path).await.expect("an app");
    fs::remove_file(&path).expect("a file");
    let second = bind(&path).await.expect("another app");
    drop(first);
    assert!(is_socket(&path));
    drop(second);
    assert!(!path.exists());
}
