//! How long an app with many handlers takes from its start until it listens.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::apps::{App, Shape, Style};
use crate::build::Error;
use crate::spread::Spread;
use crate::tell;

/// How much is started, how often, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many rpc handlers the app has.
    #[arg(long, default_value_t = 1_000)]
    handlers: usize,
    /// Starts with each setting of the log.
    #[arg(long, default_value_t = 21)]
    starts: usize,
    /// The folder for the app.
    #[arg(long, default_value = "target/start")]
    dir: PathBuf,
}

/// What was measured, by what `RUST_LOG` says.
#[derive(Debug)]
pub(crate) struct Report {
    handlers: usize,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    log: &'static str,
    listening: Spread,
    service: Spread,
}

/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(options: &Options) -> Result<Report, Error> {
    let shape = Shape { rpcs: options.handlers, topics: 0 };
    let app = App::write(&std::path::absolute(&options.dir)?, "thousand", Style::Attributes, shape)?;
    tell(&format!("building {}", app.dir.display()));
    app.build(true)?;
    let mut rows = Vec::new();
    for log in ["info", "off"] {
        let mut listening = Vec::new();
        for _ in 0..options.starts {
            listening.push(start(&app, log)?);
        }
        rows.push(Row { log, listening: Spread::of(listening), service: Spread::of(services(&app, log, options.starts)?) });
    }
    Ok(Report { handlers: options.handlers, rows })
}

fn program(app: &App, log: &str) -> Command {
    let mut command = Command::new(app.program());
    command.env("RUST_LOG", log).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// From the start of the process until somebody can connect, in milliseconds.
fn start(app: &App, log: &str) -> Result<f64, Error> {
    // The port is free again when the app starts.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let began = Instant::now();
    let mut child = program(app, log).env("PROXY_ADDRESS", address.to_string()).spawn()?;
    let listens = wait(&mut child, address, began);
    let took = began.elapsed();
    child.kill()?;
    child.wait()?;
    if listens? { Ok(took.as_secs_f64() * 1e3) } else { Err(Error::Start { app: app.title() }) }
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

/// `App::new().into_service()` within one process, in milliseconds. Nothing is logged there: `run` is what sets the log up.
fn services(app: &App, log: &str, times: usize) -> Result<Vec<f64>, Error> {
    let output = program(app, log).arg(times.to_string()).output()?;
    let micros = String::from_utf8_lossy(&output.stdout);
    Ok(micros.lines().filter_map(|line| line.parse::<f64>().ok()).map(|micros| micros / 1e3).collect())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} handlers, milliseconds: median (least–most)\n", self.handlers)?;
        writeln!(
            f,
            "| RUST_LOG | from the process's start to listening | `into_service()`, no subscriber |\n|---|---|---|"
        )?;
        for Row { log, listening, service } in &self.rows {
            writeln!(f, "| {log} | {listening:.2} | {service:.2} |")?;
        }
        Ok(())
    }
}
