//! An app in a process of its own, so that a test can read its memory, its log and its end.

use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use http::request;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;

use crate::peer::{self, Peer};
use crate::{PATIENCE, Scrape, eventually, tls};

/// The metadata entry of the secret.
pub const SECRET: &str = "x-secret";

/// The settings of the attacked app; without a value, one has the framework's default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings {
    /// `PROXY_ADDRESS`; without a value, a free port of 127.0.0.1.
    pub address: Option<SocketAddr>,
    /// `App::secret`, under the name [`SECRET`].
    pub secret: Option<String>,
    /// `App::handshake_timeout`.
    pub handshake_timeout: Option<Duration>,
    /// `App::body_timeout`.
    pub body_timeout: Option<Duration>,
    /// `App::drain_timeout`.
    pub drain_timeout: Option<Duration>,
    /// `App::stop_delay`.
    pub stop_delay: Option<Duration>,
    /// `App::reuse_port`.
    pub reuse_port: bool,
    /// `App::max_unfinished_bytes`.
    pub max_unfinished_bytes: Option<usize>,
    /// `App::send_timeout`.
    pub send_timeout: Option<Duration>,
    /// `App::max_unsent_bytes`.
    pub max_unsent_bytes: Option<usize>,
    /// `App::max_connections`.
    pub max_connections: Option<usize>,
    /// `App::max_concurrent_calls`.
    pub max_concurrent_calls: Option<u32>,
    /// `App::max_running_calls`.
    pub max_running_calls: Option<usize>,
    /// `App::tls`, with this certificate, which nobody else has signed, and its key.
    pub tls: Option<[String; 2]>,
    /// Serves metrics.
    pub metrics: bool,
    /// `App::layer`, with one that does nothing.
    pub layered: bool,
    /// `App::layer`, with [`Greeting`](crate::Greeting).
    pub greets: bool,
    /// Runs on a current-thread runtime.
    pub one_thread: bool,
    /// The most file descriptors that the process may have open.
    pub max_descriptors: Option<u32>,
}

/// An app that runs until it is stopped, or dropped.
#[derive(Debug)]
pub struct Attacked {
    process: Child,
    address: SocketAddr,
    secret: Option<String>,
    /// A client of an app with TLS.
    tls: Option<Arc<ClientConfig>>,
    log: Log,
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What it uses now: VmRSS.
    pub now: usize,
    /// The most that it has used: VmHWM.
    pub peak: usize,
}

impl Memory {
    pub(crate) fn of(process: &Child) -> Self {
        let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("the app runs");
        Self { now: field(&status, "VmRSS:"), peak: field(&status, "VmHWM:") }
    }
}

impl Attacked {
    /// Starts the app with these settings on a free port of 127.0.0.1, and waits until it answers.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start(binary: &str, settings: &Settings) -> Self {
        let mut process = command(binary, settings).spawn().expect("the attacked app can be started");
        let log = Log::default();
        log.read(process.stderr.take().expect("stderr is a pipe"));
        let address = eventually(|| address(&log.text()), || format!("the app has no address:\n{}", log.text())).await;
        let tls = settings.tls.as_ref().map(|[cert, _]| tls::client(cert, None, &["h2"]));
        let app = Self { process, address, secret: settings.secret.clone(), tls, log };
        app.answers().await;
        app
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its log since it listens.
    pub fn log(&self) -> String {
        let text = self.log.text();
        text.split_once("listening on ").map_or_else(String::new, |(_, log)| log.to_owned())
    }

    /// A valid request to one of the service's methods, with the secret if there is one.
    pub fn request(&self, rpc: &str) -> request::Builder {
        let request = peer::request(rpc);
        match &self.secret {
            Some(secret) => request.header(SECRET, secret),
            None => request,
        }
    }

    /// A connection, with TLS if the app has it.
    ///
    /// # Panics
    ///
    /// If the app doesn't accept it.
    pub async fn connect(&self) -> Peer {
        match &self.tls {
            Some(client) => Peer::connect_tls(self.address, client).await.expect("the app accepts a peer with TLS"),
            None => Peer::connect(self.address).await,
        }
    }

    /// Checks that the app responds to a call on a new connection, in spite of other peers' attacks.
    ///
    /// # Panics
    ///
    /// If it doesn't, or if the response is wrong.
    pub async fn answers(&self) {
        let mut peer = timeout(PATIENCE, self.connect()).await.expect("the app accepts connections");
        self.answers_on(&mut peer).await;
    }

    /// Checks that the app responds to a call on this connection.
    ///
    /// # Panics
    ///
    /// If it doesn't, or if the response is wrong.
    pub async fn answers_on(&self, peer: &mut Peer) {
        let response = timeout(PATIENCE, peer.call(self.request("RPC"), &peer::rpc("ping", b""))).await;
        let response = response.expect("a response in time").expect("a response");
        assert_eq!((response.status, response.reply()), (Some(0), Some(br#""pong""#.to_vec())), "{response:?}");
    }

    /// The number of values of the app's handlers that are alive: of calls that run, and of open streams.
    ///
    /// # Panics
    ///
    /// If the app doesn't return it.
    pub async fn running(&self) -> usize {
        let mut peer = self.connect().await;
        let response = peer.call(self.request("RPC"), &peer::rpc("running", b"")).await.expect("a response");
        serde_json::from_slice(&response.reply().expect("a reply")).expect("a number")
    }

    /// Waits until this many values of the app's handlers are alive.
    ///
    /// # Panics
    ///
    /// If it isn't that many in time.
    pub async fn runs(&self, expected: usize) {
        let end = Instant::now() + PATIENCE;
        loop {
            let running = self.running().await;
            if running == expected {
                return;
            }
            assert!(Instant::now() < end, "{running} handlers and streams are alive, not {expected}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its memory, as Linux reports it.
    ///
    /// # Panics
    ///
    /// If the process is gone.
    pub fn memory(&self) -> Memory {
        Memory::of(&self.process)
    }

    /// The highest rise of its memory since then, in bytes.
    pub fn growth_since(&self, before: Memory) -> usize {
        self.memory().peak.saturating_sub(before.now)
    }

    /// Waits until its memory rises no more, then compares its rise since then with this limit.
    ///
    /// # Panics
    ///
    /// If it has risen by more.
    pub async fn grew_at_most(&self, bytes: usize, before: Memory, attack: &str) {
        self.settles().await;
        let (growth, most) = (self.growth_since(before) >> 10, bytes >> 10);
        println!("{attack}: the app's memory rose by {growth} KiB of {most}; it is now {:?}", self.memory());
        assert!(growth <= most, "{attack}: the app's memory rose by {growth} KiB, more than {most}");
    }

    /// Waits until its memory rises no more.
    async fn settles(&self) {
        let (mut peak, mut calm) = (self.memory().peak, 0);
        while calm < 3 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.memory().peak;
            calm = if now > peak { 0 } else { calm + 1 };
            peak = now;
        }
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn terminate(&self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "the app can't be terminated");
    }

    /// Ends it by SIGKILL, and waits until it has ended.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn kill(&mut self) {
        self.process.kill().expect("a process of ours");
        self.process.wait().expect("a process of ours");
    }

    /// Its exit status, if it has ended.
    ///
    /// # Panics
    ///
    /// If the system can't return it.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a process of ours")
    }

    /// Waits until it has ended successfully.
    ///
    /// # Panics
    ///
    /// If it ends later than that, or with a failure.
    pub async fn ends_within(&mut self, patience: Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                println!("the app ended after {:?}", began.elapsed());
                assert!(status.success(), "{status}:\n{}", self.log());
                return;
            }
            assert!(began.elapsed() < patience, "the app still runs after {patience:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Attacked {
    /// Waits until the app's log has this text.
    ///
    /// # Panics
    ///
    /// If it doesn't in time.
    pub async fn logs(&self, text: &str) {
        eventually(|| self.log().contains(text).then_some(()), || format!("no {text}:\n{}", self.log())).await;
    }

    /// Waits until the app has logged that it has reached a limit, in a line that begins so: `max_connections: 20 ..`. If it
    /// serves metrics, they have the limit, too.
    ///
    /// # Panics
    ///
    /// If it doesn't in time.
    pub async fn reaches(&self, limit: &str) {
        self.logs(limit).await;
        if let Some(metrics) = metrics(&self.log()) {
            let (name, _) = limit.split_once(": ").expect("a limit's name");
            let times = Scrape::of(metrics).await.sum("centrifugo_app_limit_reached_total", &[("limit", name)]);
            assert!(times >= 1.0, "{name} was reached {times} times");
        }
    }
}

impl Drop for Attacked {
    fn drop(&mut self) {
        if thread::panicking() && self.ended().is_none() {
            println!("the app's memory: {:?}", self.memory());
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The command that starts the app; a shell first lowers the limit of file descriptors, where there is one.
fn command(binary: &str, settings: &Settings) -> Command {
    let mut command = match settings.max_descriptors {
        Some(limit) => shell(&format!("ulimit -n {limit} && exec \"$0\" \"$@\""), binary),
        None => Command::new(binary),
    };
    command.arg(serde_json::to_string(settings).expect("settings are JSON"));
    if settings.metrics {
        command.env("PROXY_METRICS_ADDRESS", "127.0.0.1:0");
    }
    let address = settings.address.map_or_else(|| "127.0.0.1:0".to_owned(), |address| address.to_string());
    command.env("PROXY_ADDRESS", address).env("RUST_LOG", "info,centrifugo=debug");
    // With its own colours off, an escape sequence in its log is a peer's.
    command.env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn shell(script: &str, binary: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, binary]);
    command
}

/// The address in the line that the app logs at its start.
fn address(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("listening on ")?;
    rest.split_once('\n')?.0.parse().ok()
}

/// The address of the metrics, in a line before that one.
fn metrics(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("metrics on http://")?;
    rest.split_once('/')?.0.parse().ok()
}

/// A field of `/proc/PID/status`, which has it in KiB.
fn field(status: &str, name: &str) -> usize {
    let value = status.lines().find_map(|line| line.strip_prefix(name)).expect("a field of the status");
    value.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}

/// The stderr of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Reads in a thread, so that a busy test doesn't delay the log.
    pub(crate) fn read(&self, mut stderr: ChildStderr) {
        let log = self.clone();
        thread::spawn(move || {
            let mut bytes = [0; 8 << 10];
            loop {
                match stderr.read(&mut bytes) {
                    Ok(0) => return,
                    Ok(read) => log.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&bytes[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
            }
        });
    }
}
