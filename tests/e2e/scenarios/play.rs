//! Plays a scenario with a server, and writes its transcript.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use centrifugo_tests::PATIENCE;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::connection::{Connection, Options};
use super::names::Names;
use super::script::{Action, Scenario};
use super::servers::RunningServer;
use super::{format, http, transcript};

/// The key of the server API in the settings of all servers.
const KEY: &str = "the-key-of-the-api";
/// The last command of each connection. Whatever was on its way to the client arrives before its reply.
const LAST: &str = r#"{"id":4294967295,"unsubscribe":{"channel":"the last command"}}"#;

/// What a server did in a scenario.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) transcript: String,
    /// What didn't happen in time, with the line of the scenario.
    pub(crate) fault: Option<String>,
}

/// Plays a scenario. The number keeps it apart from others that play at the same time.
pub(crate) async fn play(scenario: &Scenario, server: &RunningServer, number: usize) -> Played {
    let names = Arc::new(Mutex::new(Names::new(number)));
    let mut play = Play { server, names, connections: Vec::new(), responses: Vec::new() };
    let mut fault = None;
    for step in &scenario.steps {
        if let Err(what) = play.perform(&step.action).await {
            fault = Some(format!("line {}: {what}", step.line));
            break;
        }
    }
    if fault.is_none() {
        fault = play.settle().await.err();
    }
    Played { transcript: play.transcript(), fault: fault.map(|fault| play.names().mask(&fault)) }
}

struct Play<'s> {
    server: &'s RunningServer,
    names: Arc<Mutex<Names>>,
    connections: Vec<Connection>,
    /// The responses of HTTP, a line each.
    responses: Vec<String>,
}

impl Play<'_> {
    async fn perform(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Open { name, options, connects } => self.open(name, options, *connects).await,
            Action::Send { name, lines } => {
                let lines = lines.iter().map(|line| self.fill(line)).collect::<Result<Vec<_>, _>>()?;
                self.connection(name)?.send(&lines).await;
                Ok(())
            }
            Action::Bytes { name, hex } => {
                self.connection(name)?.send_bytes(format::bytes(hex)).await;
                Ok(())
            }
            Action::Expect { name, pattern } => self.expect(name, pattern).await,
            Action::Close { name } => {
                self.connection(name)?.close().await;
                self.ended(name, "by the client").await
            }
            Action::Ended { name, how } => self.ended(name, how).await,
            Action::Pause { name, paused } => {
                self.connection(name)?.pause(*paused);
                Ok(())
            }
            Action::Api { method, body } => {
                let headers = [("x-api-key".to_owned(), KEY.to_owned())];
                self.http("POST", &format!("/api/{method}"), &headers, body).await
            }
            Action::Http { verb, path, headers, body } => self.http(verb, path, headers, body).await,
            Action::Token { name, signing, claims } => {
                let token = signing.token(&self.fill(claims)?);
                self.names().add_token(name, token);
                Ok(())
            }
            Action::Stop => {
                self.server.stop();
                Ok(())
            }
            Action::Wait(time) => {
                sleep(*time).await;
                Ok(())
            }
            Action::Repeat(times, action) => {
                for _ in 0..*times {
                    Box::pin(self.perform(action)).await?;
                }
                Ok(())
            }
        }
    }

    async fn open(&mut self, name: &str, options: &[String], connects: bool) -> Result<(), String> {
        let options = options.iter().map(|word| self.fill(word)).collect::<Result<Vec<_>, _>>()?;
        let (names, of) = (self.names.clone(), name.to_owned());
        let learn = move |message: &Value| lock(&names).learn(&of, message);
        let connection = Connection::open(name, Options::read(&options)?, self.server.address, learn).await;
        self.connections.push(connection);
        if connects {
            let command = format!(r#"{{"id":1,"connect":{{"data":{{"user":"{name}~"}}}}}}"#);
            self.connection(name)?.send(&[self.fill(&command)?]).await;
            self.expect(name, r#"{"id":1,"connect":{}}"#).await?;
        }
        Ok(())
    }

    /// Waits for a message that contains the pattern, behind those that earlier expectations have passed.
    async fn expect(&mut self, name: &str, pattern: &str) -> Result<(), String> {
        let pattern = self.fill(pattern)?;
        let wanted: Value = serde_json::from_str(&pattern).map_err(|error| format!("`{pattern}`: {error}"))?;
        let connection = self.connections.iter_mut().rfind(|connection| connection.name == name);
        let connection = connection.ok_or_else(|| format!("no connection `{name}`"))?;
        let passed = connection.passed;
        let matches = |message: &String| transcript::contains(&serde_json::from_str(message).unwrap_or_default(), &wanted);
        let mut found = None;
        let arrival = connection.received.wait_for(|received| {
            found = received.messages.iter().skip(passed).position(matches);
            found.is_some() || received.end.is_some()
        });
        drop(timeout(PATIENCE, arrival).await);
        connection.passed += 1 + found.ok_or_else(|| format!("{name} didn't receive {pattern}"))?;
        Ok(())
    }

    /// Waits for the end of a connection, which begins with this code or text.
    async fn ended(&mut self, name: &str, how: &str) -> Result<(), String> {
        let mut received = self.connection(name)?.received.clone();
        let end = timeout(PATIENCE, received.wait_for(|received| received.end.is_some())).await;
        let end = end.ok().and_then(Result::ok).and_then(|received| received.end.clone());
        match end {
            Some(end) if end.starts_with(how) => Ok(()),
            Some(end) => Err(format!("{name} ended with `{end}`")),
            None => Err(format!("{name} didn't end")),
        }
    }

    async fn http(&mut self, verb: &str, path: &str, headers: &[(String, String)], body: &str) -> Result<(), String> {
        let (path, body) = (self.fill(path)?, self.fill(body)?);
        let response =
            http::call(self.server.address, verb, &path, headers, &body).await.map_err(|error| error.to_string())?;
        self.names().learn("", &serde_json::from_str(&response.body).unwrap_or_default());
        self.responses.push(transcript::response(response));
        Ok(())
    }

    /// Waits until each client that is connected has received what was on its way.
    async fn settle(&mut self) -> Result<(), String> {
        let connected = self.connections.iter().filter(|connection| connection.is_connected());
        let names: Vec<_> = connected.map(|connection| connection.name.clone()).collect();
        for name in names {
            self.connection(&name)?.send(&[LAST.to_owned()]).await;
            self.expect(&name, r#"{"id":4294967295}"#).await?;
        }
        Ok(())
    }

    fn transcript(&self) -> String {
        let mut lines = Vec::new();
        for connection in &self.connections {
            lines.push(format!("{}:", connection.name));
            lines.extend(indented(connection.transcript()));
        }
        if !self.responses.is_empty() {
            lines.push("http:".to_owned());
            lines.extend(indented(self.responses.clone()));
        }
        self.names().mask(&lines.join("\n"))
    }

    fn connection(&self, name: &str) -> Result<&Connection, String> {
        let connection = self.connections.iter().rfind(|connection| connection.name == name);
        connection.ok_or_else(|| format!("no connection `{name}`"))
    }

    fn fill(&self, text: &str) -> Result<String, String> {
        self.names().fill(text)
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        lock(&self.names)
    }
}

fn indented(lines: Vec<String>) -> impl Iterator<Item = String> {
    transcript::folded(lines).into_iter().map(|line| format!("    {line}"))
}

fn lock(names: &Mutex<Names>) -> MutexGuard<'_, Names> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}
