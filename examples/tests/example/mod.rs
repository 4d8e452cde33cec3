//! An example that runs, beside a Centrifugo that has its configuration.

use std::collections::HashMap;
use std::net::TcpListener;
use std::process::Stdio;

use centrifugo_server::Centrifugo;
use centrifugo_tests::{Client, PATIENCE};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A value in an example's environment, which stands for a free address. [`Example::address`] returns it.
pub(crate) const FREE: &str = "a free address";

/// A running example.
pub(crate) struct Example {
    app: Child,
    pub(crate) centrifugo: Centrifugo,
    environment: HashMap<String, String>,
}

impl Example {
    /// Starts an example with its address, and with further environment variables.
    pub(crate) async fn start(program: &str, more: &[(&str, &str)]) -> Self {
        // Another program may take the port before the example binds it.
        for _ in 0..4 {
            match Self::launch(program, more).await {
                Err(log) if log.to_lowercase().contains("address already in use") => {}
                started => return started.unwrap_or_else(|log| panic!("{program} has ended:\n{log}")),
            }
        }
        panic!("{program} finds no free port");
    }

    /// Starts an example once. If it ends, returns its log.
    async fn launch(program: &str, more: &[(&str, &str)]) -> Result<Self, String> {
        let mut environment = HashMap::from([("PROXY_ADDRESS".to_owned(), free_address())]);
        for (name, value) in more {
            let value = if *value == FREE { free_address() } else { (*value).to_owned() };
            environment.insert((*name).to_owned(), value);
        }
        let mut command = Command::new(program);
        command.envs(&environment).env("RUST_LOG", "info").stdin(Stdio::null()).kill_on_drop(true);
        let printed = command.env("PROXY_PRINT_CONFIG", "1").output().await.expect("an example that runs");
        let config = serde_json::from_slice(&printed.stdout).unwrap_or_else(|error| panic!("{error} in {printed:?}"));
        let centrifugo = Centrifugo::start(config).await.unwrap_or_else(|error| panic!("{error}"));

        command.env_remove("PROXY_PRINT_CONFIG").env("CENTRIFUGO_API_URL", centrifugo.api_url());
        let mut app = command.stderr(Stdio::piped()).spawn().expect("an example that runs");
        let mut log = BufReader::new(app.stderr.take().expect("a pipe")).lines();
        let mut output = String::new();
        while !output.contains("listening on") {
            match timeout(PATIENCE, log.next_line()).await {
                Ok(Ok(Some(line))) => output += &(line + "\n"),
                Ok(Ok(None)) => return Err(output),
                Ok(Err(error)) => panic!("{program}: {error} after:\n{output}"),
                Err(_) => panic!("{program} does not listen:\n{output}"),
            }
        }
        assert!(!output.contains('\u{1b}'), "a file has no colors: {output:?}");
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Ok(Self { app, centrifugo, environment })
    }

    /// The address that replaced [`FREE`] in the environment.
    pub(crate) fn address(&self, name: &str) -> &str {
        &self.environment[name]
    }

    /// Returns a client that has tried to connect with this data.
    pub(crate) async fn client(&self, data: Value) -> Client {
        self.client_with(json!({ "data": data })).await
    }

    pub(crate) async fn client_with(&self, options: Value) -> Client {
        let mut client = Client::open(&self.centrifugo.websocket_url(), options).await;
        client.call("connect", json!({})).await.expect("a client that can try");
        client
    }

    pub(crate) async fn connected(&self, data: Value) -> Client {
        let mut client = self.client(data).await;
        client.event("connected").await;
        client
    }

    pub(crate) async fn stop(mut self) {
        self.centrifugo.stop().await;
        let id = self.app.id().expect("an app that still runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill").success());
        assert!(self.app.wait().await.expect("an end").success());
    }
}

fn free_address() -> String {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    address.expect("a free port").to_string()
}
