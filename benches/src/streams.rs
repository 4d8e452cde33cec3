//! The cost of open streams: memory while they are open, and time to open them.

use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::streams::Opened;
use crate::driver::Driver;
use crate::peers::{Peer, in_turn};
use crate::process::{Usage, memory};
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, progress};

const PEERS: [Peer; 3] = [Peer::Ours, Peer::Tonic, Peer::GrpcGo];

/// The options of `streams`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of rounds, in each of which all peers are measured in turn
    #[arg(long, default_value_t = Self::default().rounds)]
    rounds: usize,
    /// The number of open streams
    #[arg(long, default_value_t = Self::default().streams)]
    streams: usize,
}

impl Default for Args {
    fn default() -> Self {
        Self { rounds: 5, streams: 10_000 }
    }
}

/// The measurement of one peer in one round.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    round: usize,
    peer: Peer,
    /// Memory of the server for each stream, in KiB.
    memory: f64,
    /// CPU time of the server to open one, in microseconds.
    cpu: f64,
    /// Seconds until all were open.
    seconds: f64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    Cores::Pinned.check()?;
    let mut measured = Vec::new();
    for round in 0..args.rounds {
        progress(&format!("streams: round {} of {}", round + 1, args.rounds));
        for peer in in_turn(PEERS, round) {
            measured.push(measure(args, round, peer)?);
        }
    }
    Ok(report(args, &measured))
}

fn measure(args: &Args, round: usize, peer: Peer) -> Result<Measured> {
    let server = peer.start(Cores::Pinned)?;
    let order = Order::Streams { address: server.address, streams: args.streams };
    let mut driver = Driver::start(Cores::Pinned, &order)?;
    // The first one is open by then.
    driver.ready()?;
    let (usage, before) = (Usage::of(server.id())?, memory(server.id())?);
    let Opened { seconds } = driver.go()?;
    let cpu = Usage::of(server.id())?.since(usage).cpu;
    // A garbage collector may still be at work.
    thread::sleep(Duration::from_millis(500));
    let memory = memory(server.id())?.saturating_sub(before);
    driver.ready()?;
    let open: usize = driver.go()?;
    if open != args.streams {
        return Err(format!("{open} streams of the peer {} are open", peer.name()).into());
    }
    let streams = (open - 1) as f64;
    let (memory, cpu) = (memory as f64 / 1024.0 / streams, cpu.as_secs_f64() * 1e6 / streams);
    Ok(Measured { round, peer, memory, cpu, seconds })
}

fn report(args: &Args, measured: &[Measured]) -> Report {
    let of = |peer, what: fn(&Measured) -> f64| Spread::of(measured.iter().filter(|one| one.peer == peer).map(what));
    let mut table = Table::new(["peer", "KiB/stream", "CPU µs to open one", "all open after s"]);
    for peer in PEERS {
        table.row([
            peer.name().to_owned(),
            format!("{:.2}", of(peer, |one| one.memory)),
            of(peer, |one| one.cpu).to_string(),
            format!("{:.2}", of(peer, |one| one.seconds)),
        ]);
    }
    let streams = args.streams;
    let caption = format!("{streams} open streams on one connection, without publications; pinned:");
    let bars = PEERS.map(|peer| (peer.name(), of(peer, |one| one.memory))).to_vec();
    Report {
        name: "streams",
        title: format!("Open streams: median of {} rounds (least–most)", args.rounds),
        tables: vec![(caption, table)],
        chart: Chart {
            title: "Memory of the server for an open stream, KiB (less is better)".to_owned(),
            groups: vec![Group { name: format!("{streams} streams"), bars }],
        },
        rounds: json!(measured),
    }
}
