//! The time from the start of an app with many handlers until it listens.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use crate::apps::{App, Shape, Style};
use crate::build::Error;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, progress};

/// The options of `start`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The number of the app's RPC handlers.
    #[arg(long, default_value_t = 1_000)]
    handlers: usize,
    /// Starts with each setting of the log.
    #[arg(long, default_value_t = 21)]
    starts: usize,
    /// The folder for the app.
    #[arg(long, default_value = "target/start")]
    dir: PathBuf,
}

/// The measurements with one setting of `RUST_LOG`, in milliseconds.
#[derive(Debug, Serialize)]
struct Row {
    log: &'static str,
    listening: Vec<f64>,
    service: Vec<f64>,
}

/// The longest time that a start may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(options: &Options) -> Result<Report> {
    let shape = Shape { rpcs: options.handlers, topics: 0 };
    let app = App::write(&std::path::absolute(&options.dir)?, "thousand", Style::Attributes, shape)?;
    progress(&format!("building {}", app.dir.display()));
    app.fetch()?;
    app.build(true)?;
    let mut rows = Vec::new();
    for log in ["info", "off"] {
        let mut listening = Vec::new();
        for _ in 0..options.starts {
            listening.push(start(&app, log)?);
        }
        rows.push(Row { log, listening, service: services(&app, log, options.starts)? });
    }
    Ok(report(options, &rows))
}

fn program(app: &App, log: &str) -> Command {
    let mut command = Command::new(app.program());
    command.env("RUST_LOG", log).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Returns the time from the start of the process until it accepts a connection, in milliseconds.
fn start(app: &App, log: &str) -> Result<f64> {
    // The port is free again when the app starts.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let began = Instant::now();
    let mut child = program(app, log).env("PROXY_ADDRESS", address.to_string()).spawn()?;
    let listens = wait(&mut child, address, began);
    let took = began.elapsed();
    child.kill()?;
    child.wait()?;
    if listens? { Ok(took.as_secs_f64() * 1e3) } else { Err(Error::Start { app: app.title() }.into()) }
}

fn wait(child: &mut Child, address: SocketAddr, began: Instant) -> io::Result<bool> {
    while began.elapsed() < PATIENCE && child.try_wait()?.is_none() {
        if TcpStream::connect(address).is_ok() {
            return Ok(true);
        }
        sleep(Duration::from_micros(200));
    }
    Ok(false)
}

/// Returns the time of `App::new().into_service()` within one process, in milliseconds. It logs nothing, because only
/// `App::run` sets up logging.
fn services(app: &App, log: &str, times: usize) -> Result<Vec<f64>> {
    let output = program(app, log).arg(times.to_string()).output()?;
    let micros = String::from_utf8_lossy(&output.stdout);
    Ok(micros.lines().filter_map(|line| line.parse::<f64>().ok()).map(|micros| micros / 1e3).collect())
}

fn report(options: &Options, rows: &[Row]) -> Report {
    let Options { handlers, starts, .. } = options;
    let mut table = Table::new(["RUST_LOG", "from the process's start to listening", "`into_service()`, no subscriber"]);
    let mut groups = Vec::new();
    for Row { log, listening, service } in rows {
        let [listening, service] = [listening, service].map(|all| Spread::of(all.iter().copied()));
        table.row([(*log).to_owned(), format!("{listening:.2}"), format!("{service:.2}")]);
        groups.push(Group {
            name: format!("RUST_LOG={log}"),
            bars: vec![("listening", listening), ("into_service", service)],
        });
    }
    Report {
        name: "start",
        title: format!("Start: median of {starts} (least–most)"),
        tables: vec![(format!("An app with {handlers} handlers, ms:"), table)],
        chart: Chart { title: format!("Time to start with {handlers} handlers, ms (less is better)"), groups },
        rounds: json!(rows),
    }
}
