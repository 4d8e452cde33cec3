//! The process of Centrifugo, and its folder: the configuration and the log.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::binary::binary;
use crate::error::Error;

/// The file names in Centrifugo's folder.
const CONFIG: &str = "config.json";
pub(crate) const LOG: &str = "log";

/// The configuration of a Centrifugo that listens on this address.
pub(crate) fn on_port(mut config: Value, address: SocketAddr) -> Value {
    let server = object(object(&mut config).entry("http_server").or_insert_with(|| json!({})));
    server.insert("address".into(), address.ip().to_string().into());
    server.insert("port".into(), address.port().to_string().into());
    config
}

/// The path of a part of Centrifugo, as the configuration has it or else by default.
pub(crate) fn path(config: &Value, part: &str, default: &str) -> String {
    let path = config.pointer(&format!("/{part}/handler_prefix")).and_then(Value::as_str);
    path.unwrap_or(default).trim_end_matches('/').to_owned()
}

/// A folder with the configuration, if Centrifugo accepts that. Only its owner may read it, as it can have secrets.
pub(crate) fn folder(binary: &Path, config: &Value) -> Result<TempDir, Error> {
    let folder = tempfile::Builder::new().prefix("centrifugo-").tempdir();
    let folder = folder.map_err(Error::io("make a folder for Centrifugo"))?;
    let path = folder.path().join(CONFIG);
    fs::write(&path, format!("{config:#}")).map_err(Error::io("write Centrifugo's configuration"))?;
    let output = Command::new(binary).args(["checkconfig", "--strict", "-c"]).arg(&path).stdin(Stdio::null()).output();
    let output = output.map_err(Error::io("run Centrifugo"))?;
    if output.status.success() {
        return Ok(folder);
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(Error::Refused(String::from_utf8_lossy(&printed).into_owned()))
}

/// The configuration that Centrifugo has by default, with all keys, as it prints it.
///
/// # Errors
///
/// [`Error`], with what to do about it.
pub fn default_config() -> Result<String, Error> {
    let output = Command::new(binary()?).args(["defaultconfig", "--dry-run"]).stdin(Stdio::null()).output();
    let output = output.map_err(Error::io("run Centrifugo"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Starts Centrifugo with the configuration in its folder, where it continues its log.
pub(crate) fn process(binary: &Path, folder: &Path) -> Result<Child, Error> {
    let log = File::options().create(true).append(true).open(folder.join(LOG));
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

/// Sends SIGTERM to a process. Each shell has a `kill`; small containers have no program of that name.
pub(crate) fn terminate(id: u32) -> io::Result<()> {
    Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id.to_string()]).stderr(Stdio::null()).status().map(drop)
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
