//! A Centrifugo that runs.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::binary;
use crate::error::Error;
use crate::launch;
use crate::port::Port;
use crate::watch::Watch;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long Centrifugo may take to disconnect its clients.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// A running Centrifugo, a process of its own with a port of its own.
///
/// It ends with [`stop`](Self::stop), [`kill`](Self::kill), or when this is dropped; on Unix also when the program ends that
/// started it, so tests may share one in a `static`. It is ended by its process id, so other Centrifugos are left alone.
#[derive(Debug)]
pub struct Centrifugo {
    watch: Option<Watch>,
    process: Child,
    port: Port,
    folder: TempDir,
    websocket_path: String,
    api_path: String,
}

impl Centrifugo {
    /// Starts Centrifugo with this configuration on a free port of 127.0.0.1, and waits until it accepts connections.
    ///
    /// The configuration is JSON as in Centrifugo's own file. `http_server.address` and `http_server.port` are replaced; all
    /// other keys stay, and a key that Centrifugo doesn't know is an error. Environment variables such as
    /// `CENTRIFUGO_HTTP_API_KEY` take effect, as Centrifugo inherits the environment.
    ///
    /// The first start may build Centrifugo, which takes up to two minutes. A runtime of Tokio is needed, whose blocking
    /// threads do the work.
    ///
    /// # Errors
    ///
    /// * [`Error::Binary`], [`Error::NoGo`], [`Error::NoCache`], [`Error::Build`]: there is no Centrifugo to start;
    /// * [`Error::Refused`]: Centrifugo refuses the configuration;
    /// * [`Error::Start`]: it ends, or accepts no connection within a minute;
    /// * [`Error::Io`]: an error of the system.
    pub async fn start(config: Value) -> Result<Self, Error> {
        blocking(move || {
            let binary = binary()?;
            // Outside of Linux, another program may take the port before Centrifugo does.
            for _ in 0..4 {
                match Self::launch(binary, config.clone()) {
                    Err(Error::Start { log, .. }) if log.contains("address already in use") => {}
                    other => return other,
                }
            }
            Self::launch(binary, config)
        })
        .await
    }

    fn launch(binary: &Path, config: Value) -> Result<Self, Error> {
        let port = Port::free().map_err(Error::io("find a free port"))?;
        let websocket_path = launch::path(&config, "websocket", "/connection/websocket");
        let api_path = launch::path(&config, "http_api", "/api");
        let folder = launch::folder(binary, &launch::on_port(config, port.address()))?;
        let process = launch::process(binary, folder.path())?;
        let watch = Some(Watch::over(process.id(), folder.path()));
        let mut centrifugo = Self { watch, process, port, folder, websocket_path, api_path };
        centrifugo.wait_until_ready()?;
        Ok(centrifugo)
    }

    /// The address on which it listens, for clients and for its server API.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The URL for clients: that of its WebSocket, without TLS.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}{}", self.address(), self.websocket_path)
    }

    /// The base URL of its server API, as `cent` and the variable `CENTRIFUGO_API_URL` expect it.
    ///
    /// The API accepts calls only if the configuration has an `http_api.key`.
    pub fn api_url(&self) -> String {
        format!("http://{}{}", self.address(), self.api_path)
    }

    /// The log so far, also of the runs before a [`restart`](Self::restart). `log.level` in the configuration sets its
    /// detail.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(launch::LOG)).unwrap_or_default()
    }

    /// Stops Centrifugo as an operator would, by SIGTERM: it disconnects its clients with code 3001, and ends. Waits at most
    /// ten seconds for the end; then Centrifugo is killed.
    pub async fn stop(mut self) {
        // A failure means that it has ended already; dropping it cleans up after either.
        drop(launch::terminate(self.process.id()));
        drop(blocking(move || self.exited(SHUTDOWN).map(drop)).await);
    }

    /// Ends Centrifugo by SIGKILL, as a crash would, and waits for its end. Its port stays reserved on Linux, so that
    /// clients are refused there until a [`restart`](Self::restart).
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub async fn kill(&mut self) -> Result<(), Error> {
        self.watch = None;
        self.process.kill().map_err(Error::io("kill Centrifugo"))?;
        self.process.wait().map(drop).map_err(Error::io("wait for Centrifugo"))
    }

    /// Starts Centrifugo again after its end, with its configuration and at its address, and waits until it accepts
    /// connections. History and presence are lost, as they are after a crash, unless the configuration keeps them elsewhere.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn restart(mut self) -> Result<Self, Error> {
        blocking(move || {
            self.process = launch::process(binary()?, self.folder.path())?;
            self.watch = Some(Watch::over(self.process.id(), self.folder.path()));
            self.wait_until_ready()?;
            Ok(self)
        })
        .await
    }

    fn wait_until_ready(&mut self) -> Result<(), Error> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.exited(Duration::from_millis(20))? {
                return Err(Error::Start { why: format!("it ended: {status}"), log: self.log() });
            }
            if TcpStream::connect(self.address()).is_ok() {
                return Ok(());
            }
        }
        Err(Error::Start { why: format!("it accepts no connection within {PATIENCE:?}"), log: self.log() })
    }

    fn exited(&mut self, patience: Duration) -> Result<Option<ExitStatus>, Error> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait().map_err(Error::io("look after Centrifugo"))? {
                return Ok(Some(status));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }
}

impl Drop for Centrifugo {
    fn drop(&mut self) {
        // Before the id is free for another process.
        self.watch = None;
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Io { what: "wait for a program", source: io::Error::other(error) }),
    }
}
