//! An app with its own engine in a process of its own, so that a test can read its memory, its log and its end.

use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::attacked::{Log, Memory};
use crate::{PATIENCE, eventually};

/// The key of its server API.
pub const API_KEY: &str = "k3y";

/// An engine that runs until it is stopped, or dropped.
#[derive(Debug)]
pub struct AttackedEngine {
    process: Child,
    address: SocketAddr,
    log: Log,
}

/// What the engine has: clients, subscriptions, and channels with subscribers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after what they count")]
pub struct Entries {
    pub clients: u64,
    pub subscriptions: u64,
    pub channels: u64,
}

impl AttackedEngine {
    /// Starts the app with a configuration of Centrifugo beside its own, and waits until it serves.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start(binary: &str, config: &Value) -> Self {
        let mut command = Command::new(binary);
        command.arg(config.to_string());
        Self::spawn(command).await
    }

    /// Starts it where only this many files may be open.
    ///
    /// # Panics
    ///
    /// If it doesn't start.
    pub async fn start_with_descriptors(binary: &str, config: &Value, descriptors: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors} && exec \"$0\" \"$@\""), binary, &config.to_string()]);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Self {
        // A backtrace of an unoptimized program takes seconds, and handlers panic here.
        command.env("RUST_LOG", "info").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the engine can be started");
        let log = Log::default();
        log.read(process.stderr.take().expect("stderr is a pipe"));
        let address = eventually(|| address(&log.text()), || format!("no address:\n{}", log.text())).await;
        Self { process, address, log }
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its log.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Waits until its log has this text.
    ///
    /// # Panics
    ///
    /// If it doesn't in time.
    pub async fn logs(&self, text: &str) {
        eventually(|| self.log().contains(text).then_some(()), || format!("no {text}:\n{}", self.log())).await;
    }

    /// Its memory, as Linux reports it.
    ///
    /// # Panics
    ///
    /// If the process is gone.
    pub fn memory(&self) -> Memory {
        Memory::of(&self.process)
    }

    /// Calls its server API, and returns the result.
    ///
    /// # Panics
    ///
    /// If it doesn't respond with one.
    pub async fn api(&self, method: &str, request: &Value) -> Value {
        let body = request.to_string();
        let head = format!(
            "POST /api/{method} HTTP/1.1\r\nHost: engine\r\nX-API-Key: {API_KEY}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let response = async {
            let mut socket = TcpStream::connect(self.address).await?;
            socket.write_all((head + &body).as_bytes()).await?;
            let mut response = String::new();
            socket.read_to_string(&mut response).await.map(|_| response)
        };
        let response = timeout(PATIENCE, response).await.expect("a response in time").expect("a response");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{response}");
        let mut body: Value = serde_json::from_str(body).expect("JSON");
        body["result"].take()
    }

    /// What the engine has at the moment.
    ///
    /// # Panics
    ///
    /// If it doesn't respond.
    pub async fn entries(&self) -> Entries {
        let info = self.api("info", &json!({})).await;
        let count = |name| info["nodes"][0][name].as_u64().unwrap_or_default();
        Entries { clients: count("num_clients"), subscriptions: count("num_subs"), channels: count("num_channels") }
    }

    /// Waits until it has these.
    ///
    /// # Panics
    ///
    /// If it doesn't in time.
    pub async fn has(&self, expected: Entries) {
        let end = Instant::now() + PATIENCE;
        loop {
            let entries = self.entries().await;
            if entries == expected {
                return;
            }
            assert!(Instant::now() < end, "{entries:?}, not {expected:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until its memory is at most so much larger than it was.
    ///
    /// # Panics
    ///
    /// If it isn't in time.
    pub async fn returns_to(&self, before: Memory, slack: usize) {
        let grown = || self.memory().now.saturating_sub(before.now);
        let otherwise = || format!("{} KiB more memory than before", grown() >> 10);
        eventually(|| (grown() <= slack).then_some(()), otherwise).await;
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    ///
    /// If that fails.
    pub fn terminate(&self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "the engine can't be terminated");
    }

    /// Waits until it has ended successfully.
    ///
    /// # Panics
    ///
    /// If it ends later than that, or with a failure.
    pub async fn ends_within(&mut self, patience: Duration) {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                assert!(status.success(), "{status}:\n{}", self.log());
                return;
            }
            assert!(Instant::now() < end, "the engine still runs after {patience:?}:\n{}", self.log());
            sleep(Duration::from_millis(10)).await;
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a process of ours")
    }
}

impl Drop for AttackedEngine {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The address in the line that it logs when it serves.
fn address(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once(" ws://")?;
    rest.split_once('/')?.0.parse().ok()
}
