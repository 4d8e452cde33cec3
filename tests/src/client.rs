//! A client of Centrifugo's official JavaScript SDK, in a Node of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

use crate::{PATIENCE, npm};

/// The folder with the scripts, and with the packages that npm installs.
const JS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/js");

/// A client of the SDK. Its process ends when it is dropped.
#[derive(Debug)]
pub struct Client {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    calls: u64,
    events: Vec<Value>,
    _process: Child,
}

/// The error that the SDK reports for a failed call.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code of the error reply.
    pub code: i64,
    /// Its message.
    pub message: String,
}

/// The result of a call that is refused.
///
/// # Errors
///
/// Always: this code and message.
pub fn refused<T>(code: i64, message: &str) -> Result<T, Refused> {
    Err(Refused { code, message: message.into() })
}

/// The SDK as one script for browsers, `dist/centrifuge.js` of its package.
///
/// # Panics
///
/// If npm can't install it.
pub async fn browser_sdk() -> PathBuf {
    npm::install(Path::new(JS)).await;
    Path::new(JS).join("node_modules/centrifuge/dist/centrifuge.js")
}

/// The script, run by Node.
///
/// # Panics
///
/// If npm can't install what it needs.
pub(crate) async fn node(script: &str) -> Command {
    npm::install(Path::new(JS)).await;
    let mut node = Command::new("node");
    node.arg(Path::new(JS).join(script)).kill_on_drop(true);
    node
}

impl Client {
    /// A client that isn't connected yet.
    ///
    /// # Panics
    ///
    /// If there is no Node.
    pub async fn open(url: &str, mut options: Value) -> Self {
        options["url"] = url.into();
        let mut node = node("client.mjs").await;
        node.arg(options.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = node.spawn().expect("Node, to run the SDK");
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let output = BufReader::new(output.expect("a pipe")).lines();
        Self { input: input.expect("a pipe"), output, calls: 0, events: Vec::new(), _process: process }
    }

    /// Calls a method of the SDK, and waits for its result.
    ///
    /// # Errors
    ///
    /// The SDK's.
    ///
    /// # Panics
    ///
    /// If there is no result in time.
    pub async fn call(&mut self, action: &str, how: Value) -> Result<Value, Refused> {
        self.calls += 1;
        let mut command = json!({ "id": self.calls, "action": action });
        for (key, value) in how.as_object().into_iter().flatten() {
            command[key] = value.clone();
        }
        self.input.write_all(format!("{command}\n").as_bytes()).await.expect("a client that listens");
        let end = Instant::now() + PATIENCE;
        loop {
            let mut message = match timeout_at(end, self.message()).await {
                Ok(message) => message,
                Err(_) => panic!("no result of {command}"),
            };
            if message["id"] != self.calls {
                self.events.push(message);
            } else if message["error"].is_null() {
                return Ok(message["ok"].take());
            } else {
                let error = &message["error"];
                return Err(Refused {
                    code: error["code"].as_i64().unwrap_or_default(),
                    message: error["message"].as_str().unwrap_or_default().to_owned(),
                });
            }
        }
    }

    /// Calls one of the app's methods, and returns its data.
    ///
    /// # Errors
    ///
    /// The error reply.
    pub async fn rpc(&mut self, method: &str, data: Value) -> Result<Value, Refused> {
        Ok(self.call("rpc", json!({ "method": method, "data": data })).await?["data"].take())
    }

    /// Publishes data.
    ///
    /// # Errors
    ///
    /// The error reply.
    pub async fn publish(&mut self, channel: &str, data: Value) -> Result<(), Refused> {
        self.call("publish", json!({ "channel": channel, "data": data })).await.map(drop)
    }

    /// Subscribes, and waits for the first event that follows: `subscribed`, `unsubscribed`, `subscribe-error`, or
    /// `disconnected`.
    pub async fn subscribe(&mut self, channel: &str) -> Value {
        self.subscribe_with(channel, json!({})).await
    }

    /// Like [`subscribe`](Self::subscribe), with the SDK's options.
    ///
    /// # Panics
    ///
    /// If the SDK refuses to try.
    pub async fn subscribe_with(&mut self, channel: &str, mut options: Value) -> Value {
        options["channel"] = channel.into();
        self.call("subscribe", options).await.expect("a subscription that can be tried");
        self.event_of(&["subscribed", "unsubscribed", "subscribe-error", "disconnected"], |event| {
            event["event"] == "disconnected" || event["channel"] == channel
        })
        .await
    }

    /// The next event of this name.
    pub async fn event(&mut self, name: &str) -> Value {
        self.event_of(&[name], |_| true).await
    }

    /// The next event that has one of these names and passes the check.
    ///
    /// # Panics
    ///
    /// If there is none in time.
    pub async fn event_of(&mut self, names: &[&str], passes: impl Fn(&Value) -> bool) -> Value {
        let is_it = |event: &Value| names.iter().any(|name| event["event"] == *name) && passes(event);
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.events.iter().position(is_it) {
                return self.events.remove(at);
            }
            match timeout_at(end, self.message()).await {
                Ok(message) => self.events.push(message),
                Err(_) => panic!("no {names:?} among {:#?}", self.events),
            }
        }
    }

    /// Makes a round trip to Centrifugo, so that all that it sent before has arrived. A test that checks that an event is
    /// absent waits for this first.
    pub async fn settled(&mut self) -> &Self {
        self.call("settle", json!({})).await.expect("a round trip");
        self
    }

    /// The events of this name that have arrived, and that no test has waited for.
    pub fn seen(&self, name: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["event"] == name).collect()
    }

    async fn message(&mut self) -> Value {
        let line = self.output.next_line().await.expect("a pipe that can be read").expect("a client that hasn't ended");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}
