//! The engine beside a real Centrifugo: the same app, the same configuration, the same clients.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use centrifugo_server::Centrifugo;
use serde::Serialize;

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::live::Live;
use crate::drive::pace::Outcome;
use crate::driver::Driver;
use crate::peers::{Peer, Running};
use crate::process::{Usage, allow_open_files, memory};
use crate::report::Report;
use crate::{Result, progress};

mod tables;

/// The time in which a garbage collector comes to rest.
const REST: Duration = Duration::from_secs(1);

/// The options of `standalone`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of rounds, in each of which both servers are measured in turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The number of clients that connect
    #[arg(long, default_value_t = 5000)]
    idle: usize,
    /// The number of clients that receive and recover
    #[arg(long, default_value_t = 2000)]
    clients: usize,
    /// The number of messages that all of them receive
    #[arg(long, default_value_t = 20)]
    messages: usize,
    /// The publications a second to small channels
    #[arg(long, default_value_t = 10_000)]
    rate: usize,
    /// The seconds for which these are made
    #[arg(long, default_value_t = 3)]
    seconds: usize,
}

/// A server that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Server {
    Engine,
    Centrifugo,
}

/// What the clients do, in the driver's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Phase {
    Connect,
    Subscribe,
    SubscribeToOne,
    ToAll,
    ToPairs,
    Recover,
}

const PHASES: [Phase; 6] =
    [Phase::Connect, Phase::Subscribe, Phase::SubscribeToOne, Phase::ToAll, Phase::ToPairs, Phase::Recover];

/// The measurement of one server and phase in one round.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    round: usize,
    server: Server,
    phase: Phase,
    outcome: Outcome,
    /// Seconds of CPU time of the server.
    cpu: f64,
    /// Seconds of CPU time of the app, where that is another process.
    app: f64,
    /// The memory that the server has at the end of the phase beyond that at its start, in bytes.
    memory: f64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    allow_open_files(args.idle as u64 + 256)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut measured = Vec::new();
    for round in 0..args.rounds {
        progress(&format!("standalone: round {} of {}", round + 1, args.rounds));
        let mut servers = [Server::Engine, Server::Centrifugo];
        servers.rotate_left(round % 2);
        for server in servers {
            measured.extend(runtime.block_on(measure(args, round, server))?);
        }
    }
    Ok(tables::report(args, &measured))
}

async fn measure(args: &Args, round: usize, server: Server) -> Result<Vec<Measured>> {
    let started = Started::start(server).await?;
    let Args { idle, clients, messages, rate, seconds, .. } = *args;
    let order = Order::Live(Live { address: started.address(), idle, clients, messages, rate, seconds });
    let mut driver = Driver::start(Cores::Free, &order)?;
    let mut all = Vec::new();
    let at_start = memory(started.id())?;
    for phase in PHASES {
        driver.ready()?;
        let before = started.cpu()?;
        let outcome: Outcome = driver.go().map_err(|error| format!("{error}; {phase:?} of {server:?}"))?;
        let after = started.cpu()?;
        if phase == Phase::Subscribe {
            thread::sleep(REST);
        }
        let memory = memory(started.id())?.saturating_sub(at_start) as f64;
        let [cpu, app] = [0, 1].map(|at| after[at].since(before[at]).cpu.as_secs_f64());
        all.push(Measured { round, server, phase, outcome, cpu, app, memory });
    }
    drop(driver);
    started.stop().await;
    Ok(all)
}

/// A server that runs: one process, or Centrifugo and the app.
struct Started {
    app: Running,
    centrifugo: Option<Centrifugo>,
}

impl Started {
    async fn start(server: Server) -> Result<Self> {
        if server == Server::Engine {
            return Ok(Self { app: Peer::Standalone.start(Cores::Free)?, centrifugo: None });
        }
        let mut app = Peer::BehindCentrifugo.start(Cores::Free)?;
        let config = serde_json::from_str(&app.line()?)?;
        Ok(Self { app, centrifugo: Some(Centrifugo::start(config).await?) })
    }

    fn address(&self) -> SocketAddr {
        self.centrifugo.as_ref().map_or(self.app.address, Centrifugo::address)
    }

    fn id(&self) -> u32 {
        self.centrifugo.as_ref().map_or(self.app.id(), Centrifugo::id)
    }

    /// The CPU time of the server, and of the app beside it.
    fn cpu(&self) -> Result<[Usage; 2]> {
        let app = if self.centrifugo.is_some() { Usage::of(self.app.id())? } else { Usage::default() };
        Ok([Usage::of(self.id())?, app])
    }

    async fn stop(self) {
        if let Some(centrifugo) = self.centrifugo {
            centrifugo.stop().await;
        }
    }
}
