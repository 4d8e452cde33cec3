//! The engine while clients come and go for minutes: its memory stays the same, and nothing is left of those who have gone.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::churn::{CHANNELS, Churn};
use crate::drive::pace::Outcome;
use crate::driver::Driver;
use crate::peers::Peer;
use crate::process::{allow_open_files, descriptors, memory};
use crate::soak::judge;
use crate::{Result, progress};

/// The length of a window, after each of which all clients leave.
const WINDOW: Duration = Duration::from_secs(30);
/// The time in which the engine is done with those that have left.
const REST: Duration = Duration::from_secs(2);

/// The growth that is allowed after the warm-up.
const BOUNDS: [(&str, f64); 3] = [("MiB of memory", 2.0), ("entries", 0.0), ("file descriptors", 2.0)];

/// The options of `churn`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The time for which it runs
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// The number of clients that are there at a time
    #[arg(long, default_value_t = 500)]
    clients: usize,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    allow_open_files(args.clients as u64 * 2 + 256)?;
    let server = Peer::Standalone.start(Cores::Free)?;
    let windows = args.minutes * 2;
    let order = Order::Churn(Churn { address: server.address, clients: args.clients, window: WINDOW, windows });
    let mut driver = Driver::start(Cores::Free, &order)?;
    let mut used = Vec::new();
    for window in 1..=windows {
        driver.ready()?;
        let outcome: Outcome = driver.go()?;
        thread::sleep(REST);
        let left = left(server.address)?;
        let [memory, descriptors] = [memory(server.id())? as f64 / f64::from(1 << 20), descriptors(server.id())? as f64];
        let [p50, p99] = [outcome.p50, outcome.p99].map(|micros| micros as f64 / 1000.0);
        progress(&format!(
            "{:>4} s: {} clients came and left, p50 {p50:.1} ms, p99 {p99:.1} ms; left of them: {left}; \
             {memory:.1} MiB, {descriptors} file descriptors",
            u64::from(window) * WINDOW.as_secs(),
            outcome.calls,
        ));
        if left > 0 {
            return Err(format!("{left} clients, subscriptions, channels or entries of presence are left").into());
        }
        used.push([memory, left as f64, descriptors]);
    }
    judge(&used, BOUNDS)
}

/// The clients, subscriptions, channels and entries of presence that the server API finds.
fn left(address: SocketAddr) -> Result<u64> {
    let info = call(address, "info", &json!({}))?;
    let node = &info["nodes"][0];
    let mut left = number(&node["num_clients"])? + number(&node["num_subs"])? + number(&node["num_channels"])?;
    let channels = call(address, "channels", &json!({}))?;
    left += channels["channels"].as_object().ok_or("no channels")?.len() as u64;
    for channel in 0..CHANNELS {
        let stats = call(address, "presence_stats", &json!({ "channel": format!("full:{channel}") }))?;
        left += number(&stats["num_clients"])?;
    }
    Ok(left)
}

/// A number, which JSON leaves out if it is 0.
fn number(value: &Value) -> Result<u64> {
    if value.is_null() { Ok(0) } else { value.as_u64().ok_or_else(|| format!("{value} is no number").into()) }
}

/// Calls the server API.
fn call(address: SocketAddr, method: &str, request: &Value) -> Result<Value> {
    let mut socket = TcpStream::connect(address)?;
    let body = request.to_string();
    write!(
        socket,
        "POST /api/{method} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-API-Key: benches\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut response = String::new();
    socket.read_to_string(&mut response)?;
    let (_, body) = response.split_once("\r\n\r\n").ok_or("a response without a body")?;
    let mut reply: Value = serde_json::from_str(body).map_err(|_| format!("{method} is answered by {response}"))?;
    match reply.get_mut("result") {
        Some(result) => Ok(result.take()),
        None => Err(format!("{method} is answered by {reply}").into()),
    }
}
