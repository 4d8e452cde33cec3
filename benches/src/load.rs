//! Quick calls: as fast as their responses arrive, and at a fixed rate.

use std::time::Duration;

use serde::Serialize;

use crate::cores::Cores;
use crate::drive::answers::Call;
use crate::drive::pace::{Outcome, Pace};
use crate::drive::{Order, Protocol};
use crate::driver::Driver;
use crate::peers::{Peer, Running, in_turn};
use crate::process::{SystemCalls, Usage, peak_memory};
use crate::report::Report;
use crate::{Result, progress};

mod tables;

/// The peers, in the order of the tables.
const PEERS: [Peer; 4] = [Peer::Ours, Peer::Tonic, Peer::GrpcGo, Peer::Cent];

/// The time of warming up the connection, its buffers and the processor.
const WARM: Duration = Duration::from_millis(300);

/// The options of `load`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of rounds, in each of which all peers are measured in turn
    #[arg(long, default_value_t = Self::default().rounds)]
    rounds: usize,
    /// The seconds for which each call is made in each round
    #[arg(long, default_value_t = Self::default().seconds)]
    seconds: f64,
    /// The number of calls in flight when saturated
    #[arg(long, default_value_t = Self::default().concurrency)]
    concurrency: usize,
    /// The number of calls a second at a fixed rate
    #[arg(long, default_value_t = Self::default().rate, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
}

impl Default for Args {
    fn default() -> Self {
        Self { rounds: 7, seconds: 0.7, concurrency: 100, rate: 5000 }
    }
}

/// A pace, on certain cores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Mode {
    pace: Pace,
    cores: Cores,
}

impl Args {
    fn modes(&self) -> [Mode; 4] {
        let paces = [Pace::Saturated(self.concurrency), Pace::PerSecond(self.rate)];
        let [saturated, paced] = paces;
        let mode = |pace, cores| Mode { pace, cores };
        [mode(saturated, Cores::Pinned), mode(paced, Cores::Pinned), mode(saturated, Cores::Free), mode(paced, Cores::Free)]
    }
}

/// The measurement of one peer and call in one round.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    round: usize,
    mode: Mode,
    peer: Peer,
    call: Call,
    outcome: Outcome,
    /// CPU time of the server, in microseconds for each call.
    cpu: f64,
    /// The share of the time for which it had to wait for a core; on a core of its own, what others took.
    waited: f64,
    /// The most memory that the server ever had, in MiB, after all calls of the round.
    memory: f64,
}

/// Counted separately, because it slows the server down.
#[derive(Debug, Clone, Copy, Serialize)]
struct Counted {
    mode: Mode,
    peer: Peer,
    call: Call,
    /// System calls of the server for each call; `None` if there is no perf, or it isn't permitted.
    system_calls: Option<f64>,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    Cores::Pinned.check()?;
    for peer in PEERS {
        check(peer)?;
    }
    let (mut measured, mut counted) = (Vec::new(), Vec::new());
    for round in 0..args.rounds {
        progress(&format!("load: round {} of {}", round + 1, args.rounds));
        for mode in args.modes() {
            for peer in in_turn(PEERS, round) {
                measured.extend(measure(args, round, mode, peer)?);
            }
        }
    }
    progress("load: counting system calls");
    for mode in args.modes() {
        for peer in PEERS {
            counted.extend(count(args, mode, peer)?);
        }
    }
    Ok(tables::report(args, &measured, &counted))
}

pub(crate) fn protocol(peer: Peer) -> Protocol {
    if peer == Peer::Cent { Protocol::Http1 } else { Protocol::Grpc }
}

/// Checks that a peer returns the right responses, and refuses what it should.
pub(crate) fn check(peer: Peer) -> Result<()> {
    let server = peer.start(Cores::Free)?;
    let mut driver = Driver::start(Cores::Free, &Order::Check { address: server.address, protocol: protocol(peer) })?;
    driver.ready()?;
    driver.go::<()>().map_err(|error| format!("the peer {} answers wrongly: {error}", peer.name()).into())
}

fn drive(args: &Args, mode: Mode, peer: Peer, server: &Running, call: Call) -> Result<Driver> {
    let time = Duration::try_from_secs_f64(args.seconds)?;
    let (address, protocol) = (server.address, protocol(peer));
    let mut driver = Driver::start(mode.cores, &Order::Load { address, protocol, call, pace: mode.pace, warm: WARM, time })?;
    driver.ready()?;
    Ok(driver)
}

fn measure(args: &Args, round: usize, mode: Mode, peer: Peer) -> Result<Vec<Measured>> {
    let server = peer.start(mode.cores)?;
    let mut all = Vec::new();
    for call in Call::QUICK {
        let mut driver = drive(args, mode, peer, &server, call)?;
        let before = Usage::of(server.id())?;
        let outcome: Outcome = driver.go()?;
        let Usage { cpu, waited } = Usage::of(server.id())?.since(before);
        let cpu = cpu.as_secs_f64() * 1e6 / outcome.calls as f64;
        let waited = waited.as_secs_f64() / outcome.seconds;
        all.push(Measured { round, mode, peer, call, outcome, cpu, waited, memory: 0.0 });
    }
    let memory = peak_memory(server.id())? as f64 / f64::from(1 << 20);
    all.iter_mut().for_each(|measured| measured.memory = memory);
    Ok(all)
}

fn count(args: &Args, mode: Mode, peer: Peer) -> Result<Vec<Counted>> {
    let server = peer.start(mode.cores)?;
    let mut all = Vec::new();
    for call in Call::QUICK {
        let mut driver = drive(args, mode, peer, &server, call)?;
        let counter = SystemCalls::count(server.id());
        let outcome: Outcome = driver.go()?;
        let counted = counter.and_then(SystemCalls::finish);
        let system_calls = counted.map(|counted| counted as f64 / outcome.calls as f64);
        all.push(Counted { mode, peer, call, system_calls });
    }
    Ok(all)
}
