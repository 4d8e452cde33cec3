//! The example with its own engine, as a process: its settings, its signals, and the same clients behind a real Centrifugo.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant};

use centrifuge::{Client, ClientEvent};
use centrifugo_server::Centrifugo;
use centrifugo_tests::PATIENCE;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

const KEY: (&str, &str) = ("CENTRIFUGO_HTTP_API_KEY", "any text");

fn example(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standalone"));
    command.env_remove(KEY.0).env("RUST_LOG", "info").envs(variables.iter().copied());
    command
}

fn output(variables: &[(&str, &str)]) -> Output {
    example(variables).output().expect("an example that runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a free port").port()
}

/// The example, which has logged a line with this text. It ends with the value.
struct Running {
    process: Child,
    log: BufReader<ChildStderr>,
}

impl Running {
    fn start(variables: &[(&str, &str)], until: &str) -> Self {
        let mut process = example(variables).stderr(Stdio::piped()).spawn().expect("an example that runs");
        let log = BufReader::new(process.stderr.take().expect("a pipe"));
        let mut running = Self { process, log };
        running.logs(until);
        running
    }

    /// Waits for a line of the log.
    fn logs(&mut self, text: &str) {
        let mut log = String::new();
        while !log.contains(text) {
            assert_ne!(self.log.read_line(&mut log).expect("a log"), 0, "it has ended before `{text}`:\n{log}");
        }
    }

    fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(killed.expect("kill").success());
    }

    fn ends_well(mut self) {
        assert!(self.process.wait().expect("an end").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn connected(url: String) -> Client {
    let client = Client::builder(url).data("\"ann\"").build().expect("a client");
    client.connect().expect("a start");
    client.ready(Some(PATIENCE)).await.expect("a connection");
    client
}

/// What the example promises, with either engine.
async fn says(url: String) -> Client {
    let client = connected(url).await;
    let lobby = client.new_subscription("room:lobby").build().expect("a subscription");
    let mut publications = lobby.publications();
    lobby.subscribe();
    lobby.ready(Some(PATIENCE)).await.expect("a granted subscription");
    let offset: u64 = client.rpc_json("say", &"hi").await.expect("a reply");
    let publication = timeout(PATIENCE, publications.next()).await.expect("a publication in time").expect("a publication");
    assert_eq!(publication.json::<Value>().expect("JSON"), json!({ "text": "hi", "by": "ann" }));
    assert_eq!(offset, 1);
    client
}

async fn lost(client: &Client) -> u32 {
    let mut events = client.events();
    loop {
        if let ClientEvent::Connecting(event) = timeout(PATIENCE, events.next()).await.expect("in time").expect("an event") {
            return event.code;
        }
    }
}

#[tokio::test]
async fn it_serves_clients_by_itself_until_a_signal() {
    let port = free_port().to_string();
    let running = Running::start(&[("PORT", &port)], "clients connect to ws://");
    let client = says(format!("ws://127.0.0.1:{port}/connection/websocket")).await;
    let mut lost = Box::pin(lost(&client));
    assert!(futures_util::poll!(&mut lost).is_pending());
    running.terminate();
    assert_eq!(lost.await, 3001);
    running.ends_well();
    client.close().await;
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let port = free_port().to_string();
    let delayed = [("PORT", &*port), ("PROXY_STOP_DELAY", "60s")];
    let mut running = Running::start(&delayed, "clients connect to ws://");
    let begun = Instant::now();
    running.terminate();
    std::thread::sleep(Duration::from_millis(300));
    running.terminate();
    running.logs("stopped again");
    running.ends_well();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn one_variable_puts_a_real_centrifugo_in_its_place() {
    let address = format!("127.0.0.1:{}", free_port());
    let mut variables = vec![("PROXY_ENGINE", "centrifugo"), ("PROXY_ADDRESS", &*address), KEY];
    variables.push(("PROXY_PRINT_CONFIG", "1"));
    let config = serde_json::from_slice(&output(&variables).stdout).expect("a configuration");
    variables.pop();
    let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let api = centrifugo.api_url();
    variables.push(("CENTRIFUGO_API_URL", &api));
    let running = Running::start(&variables, "listening on");
    let client = says(centrifugo.websocket_url()).await;
    client.close().await;
    running.terminate();
    running.ends_well();
    centrifugo.stop().await;
}

#[test]
fn the_configuration_that_it_prints_is_that_of_a_real_centrifugo() {
    for engine in ["", "standalone", "centrifugo"] {
        let printed = output(&[("PROXY_ENGINE", engine), ("PROXY_PRINT_CONFIG", "1"), ("PORT", "7000"), KEY]);
        let config: Value = serde_json::from_slice(&printed.stdout).unwrap_or_else(|_| panic!("{}", stderr(&printed)));
        assert_eq!(config["rpc"]["proxy"]["endpoint"], "grpc://127.0.0.1:10001");
        assert_eq!((&config["http_server"]["port"], &config["http_api"]["key"]), (&json!(7000), &json!(KEY.1)));
    }
}

#[test]
fn what_it_can_not_do_is_refused_by_name() {
    let other = stderr(&output(&[("PROXY_ENGINE", "redis")]));
    assert!(other.contains("`PROXY_ENGINE` can't be `redis`: write `centrifugo` or `standalone`"), "{other}");
    let none = stderr(&output(&[("PROXY_ENGINE", "centrifugo")]));
    assert!(none.contains("takes a `Publisher`: add one with `App::publisher(..)`"), "{none}");
    let tls = stderr(&output(&[("PROXY_TLS_KEY_PEM", "key.pem")]));
    assert!(tls.contains("`PROXY_TLS_KEY_PEM` can't be used: the app's own engine speaks plain text to clients"), "{tls}");
    let taken = TcpListener::bind("[::]:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let taken = stderr(&output(&[("PORT", &port)]));
    assert!(taken.contains(&format!("can't listen on `:{port}` (`http_server` of the app's configuration)")), "{taken}");
}

#[test]
fn settings_for_centrifugos_calls_are_named_as_without_effect() {
    let port = free_port().to_string();
    let running = Running::start(
        &[("PORT", &port), ("PROXY_ADDRESS", ":10001"), ("PROXY_REUSE_PORT", "1")],
        "without effect, as clients and not Centrifugo connect to the app: `PROXY_ADDRESS`, `PROXY_REUSE_PORT`",
    );
    running.terminate();
    running.ends_well();
}

/// Any app of a program with the feature, whatever it calls.
#[tokio::test]
async fn one_variable_gives_an_app_that_runs_behind_centrifugo_its_own_engine() {
    let mut listing = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    let printed = listing.env("PROXY_ENGINE", "standalone").env("PROXY_PRINT_SETTINGS", "1").output().expect("a listing");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.contains("PROXY_ENGINE=standalone\n    from the environment; default: centrifugo"), "{printed}");
}
