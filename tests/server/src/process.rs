//! A Centrifugo that runs.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::binary::binary;
use crate::error::Error;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The name of its configuration, in its folder.
const CONFIG: &str = "config.json";

/// A Centrifugo that runs until it is stopped, or dropped.
#[derive(Debug)]
pub struct Centrifugo {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Centrifugo {
    /// Starts one with this configuration, on a free port of 127.0.0.1, and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`Error`]: none to be found, a configuration that is refused, a start that fails.
    pub async fn start(config: Value) -> Result<Self, Error> {
        blocking(move || {
            let binary = binary()?;
            // Somebody may take the port between our look and its start.
            for _ in 0..4 {
                match launch(&binary, config.clone()) {
                    Err(Error::Start { log, .. }) if log.contains("address already in use") => {}
                    other => return other,
                }
            }
            launch(&binary, config)
        })
        .await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where clients connect.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}/connection/websocket", self.address)
    }

    /// Where its server API is. It answers only with the key of its configuration's `http_api.key`.
    pub fn api_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Ends it, and waits until it has ended.
    pub async fn stop(mut self) {
        // A failure means that it has ended already; dropping it cleans up after either.
        drop(terminate(self.process.id()));
        drop(blocking(move || self.exited(Duration::from_secs(10)).map(drop)).await);
    }

    /// Ends it by SIGKILL, as a crash would, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub async fn kill(&mut self) -> Result<(), Error> {
        self.process.kill().map_err(Error::io("kill Centrifugo"))?;
        self.process.wait().map(drop).map_err(Error::io("wait for Centrifugo"))
    }

    /// Starts it again after its end, with its configuration and at its address, and waits until it answers.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub async fn restart(mut self) -> Result<Self, Error> {
        blocking(move || {
            self.process = spawn(&binary()?, &self.folder)?;
            self.answers()?;
            Ok(self)
        })
        .await
    }

    /// Waits until it answers.
    fn answers(&mut self) -> Result<(), Error> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.exited(Duration::from_millis(20))?.is_some() {
                return Err(Error::Start { why: "it ended", log: self.log() });
            }
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
        }
        Err(Error::Start { why: "it answers nobody", log: self.log() })
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
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Io { what: "wait for a program", source: io::Error::other(error) }),
    }
}

fn launch(binary: &Path, mut config: Value) -> Result<Centrifugo, Error> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address = port.map_err(Error::io("find a free port"))?;
    let server = object(object(&mut config).entry("http_server").or_insert_with(|| json!({})));
    server.insert("address".into(), address.ip().to_string().into());
    server.insert("port".into(), address.port().to_string().into());

    let folder = folder()?;
    check(binary, &folder, &config)?;
    let process = spawn(binary, &folder)?;
    let mut centrifugo = Centrifugo { process, address, folder };
    centrifugo.answers()?;
    Ok(centrifugo)
}

/// Starts it with the configuration in its folder, where its log goes on.
fn spawn(binary: &Path, folder: &Path) -> Result<Child, Error> {
    let log = fs::File::options().create(true).append(true).open(folder.join("log"));
    let log = log.map_err(Error::io("make Centrifugo's log"))?;
    let errors = log.try_clone().map_err(Error::io("make Centrifugo's log"))?;
    Command::new(binary)
        .arg("-c")
        .arg(folder.join(CONFIG))
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(Error::io("start Centrifugo"))
}

/// Writes the configuration down, if Centrifugo takes it.
fn check(binary: &Path, folder: &Path, config: &Value) -> Result<(), Error> {
    let path = folder.join(CONFIG);
    fs::write(&path, format!("{config:#}")).map_err(Error::io("write Centrifugo's configuration"))?;
    let output = Command::new(binary).args(["checkconfig", "--strict", "-c"]).arg(&path).stdin(Stdio::null()).output();
    let output = output.map_err(Error::io("run Centrifugo"))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(Error::Refused(String::from_utf8_lossy(&printed).into_owned()))
}

/// A folder of its own for each Centrifugo.
fn folder() -> Result<PathBuf, Error> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("centrifugo-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).map_err(Error::io("make a folder for Centrifugo"))?;
    Ok(folder)
}

fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it has just been made one"),
    }
}

/// SIGTERM, by its process id.
fn terminate(id: u32) -> io::Result<()> {
    Command::new("kill").arg("-TERM").arg(id.to_string()).status().map(drop)
}
