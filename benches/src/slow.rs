//! Thousands of calls that wait for something else, in flight on one connection.
//!
//! The ideal is the time that as many calls without the wait take, plus the wait.

use serde::Serialize;
use serde_json::json;

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::pace::Outcome;
use crate::driver::Driver;
use crate::peers::{Peer, in_turn};
use crate::process::Usage;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, load, progress};

/// The time that each call waits, in seconds.
const WAIT: f64 = 0.05;

const PEERS: [Peer; 3] = [Peer::Ours, Peer::Tonic, Peer::GrpcGo];

/// The options of `slow`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of rounds, in each of which all peers are measured in turn
    #[arg(long, default_value_t = Self::default().rounds)]
    rounds: usize,
    /// The number of calls in flight
    #[arg(long, default_value_t = Self::default().calls)]
    calls: usize,
}

impl Default for Args {
    fn default() -> Self {
        Self { rounds: 7, calls: 5000 }
    }
}

/// The measurement of one peer in one round.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    round: usize,
    peer: Peer,
    /// The outcome of as many calls that don't wait.
    quick: Outcome,
    slow: Outcome,
    /// CPU time of the server for the slow calls, in microseconds for each.
    cpu: f64,
}

impl Measured {
    /// The ratio of the time until all slow calls had their responses to the ideal.
    fn of_ideal(&self) -> f64 {
        self.slow.seconds / (self.quick.seconds + WAIT)
    }
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    Cores::Pinned.check()?;
    for peer in PEERS {
        load::check(peer)?;
    }
    let mut measured = Vec::new();
    for round in 0..args.rounds {
        progress(&format!("slow: round {} of {}", round + 1, args.rounds));
        for peer in in_turn(PEERS, round) {
            measured.push(measure(args, round, peer)?);
        }
    }
    Ok(report(args, &measured))
}

fn measure(args: &Args, round: usize, peer: Peer) -> Result<Measured> {
    let server = peer.start(Cores::Pinned)?;
    let mut driver = Driver::start(Cores::Pinned, &Order::Slow { address: server.address, calls: args.calls })?;
    driver.ready()?;
    let quick: Outcome = driver.go()?;
    driver.ready()?;
    let before = Usage::of(server.id())?;
    let slow: Outcome = driver.go()?;
    let cpu = Usage::of(server.id())?.since(before).cpu;
    Ok(Measured { round, peer, quick, slow, cpu: cpu.as_secs_f64() * 1e6 / slow.calls as f64 })
}

fn report(args: &Args, measured: &[Measured]) -> Report {
    let all = |peer| measured.iter().filter(move |one| one.peer == peer);
    let done = |peer| Spread::of(all(peer).map(|one| one.slow.seconds * 1000.0));
    let mut table = Table::new([
        "peer",
        "all answered after ms",
        "without the wait ms",
        "of the ideal",
        "later than 1 s",
        "CPU µs/call",
    ]);
    for peer in PEERS {
        let of = |what: fn(&Measured) -> f64| Spread::of(all(peer).map(what));
        table.row([
            peer.name().to_owned(),
            format!("{:.0}", done(peer)),
            format!("{:.0}", of(|one| one.quick.seconds * 1000.0)),
            format!("{:.2}", of(Measured::of_ideal)),
            format!("{:.0} %", of(|one| one.slow.late as f64 * 100.0 / one.slow.calls as f64).median),
            of(|one| one.cpu).to_string(),
        ]);
    }
    let calls = args.calls;
    let caption = format!(
        "{calls} RPCs that take 50 ms each, all sent at once on one connection; the server has core 0, the driver core 1. \
         Centrifugo waits for 1 s by default. The ideal is the time that as many calls without the wait take, and 50 ms."
    );
    let group = Group { name: format!("{calls} calls"), bars: PEERS.map(|peer| (peer.name(), done(peer))).to_vec() };
    Report {
        name: "slow",
        title: format!("Slow calls: median of {} rounds (least–most)", args.rounds),
        tables: vec![(caption, table)],
        chart: Chart {
            title: "Time until all slow calls are answered, ms (50 is the least)".to_owned(),
            groups: vec![group],
        },
        rounds: json!(measured),
    }
}
