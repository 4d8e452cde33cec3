//! Clients, a real Centrifugo, and the app that it calls.

use std::net::SocketAddr;
use std::time::Duration;

use centrifugo_server::Centrifugo;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::pace::Outcome;
use crate::drive::through::Clients;
use crate::driver::Driver;
use crate::peers::{Peer, in_turn};
use crate::process::{Usage, allow_open_files};
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, load, progress};

const PEERS: [Peer; 3] = [Peer::Ours, Peer::Tonic, Peer::GrpcGo];

/// The phases of the clients, in the driver's order.
const PHASES: [&str; 3] = ["connect", "rpc", "subscribe"];

/// The options of `centrifugo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of rounds, in each of which all peers are measured in turn
    #[arg(long, default_value_t = Self::default().rounds)]
    rounds: usize,
    /// The number of clients
    #[arg(long, default_value_t = Self::default().clients)]
    clients: usize,
    /// The seconds for which they call RPCs
    #[arg(long, default_value_t = Self::default().seconds)]
    seconds: f64,
    /// The number of channels that each client subscribes to
    #[arg(long, default_value_t = Self::default().subscriptions)]
    subscriptions: usize,
}

impl Default for Args {
    fn default() -> Self {
        Self { rounds: 3, clients: 2000, seconds: 3.0, subscriptions: 20 }
    }
}

/// The measurement of one peer and phase in one round. CPU times are in microseconds for each operation of a client.
#[derive(Debug, Clone, Serialize)]
struct Measured {
    round: usize,
    peer: Peer,
    phase: &'static str,
    outcome: Outcome,
    app: f64,
    centrifugo: f64,
}

impl Measured {
    fn driver(&self) -> f64 {
        self.outcome.cpu * 1e6 / self.outcome.calls as f64
    }
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    // Centrifugo has a socket for each client, and the driver the other end.
    allow_open_files(args.clients as u64 + 256)?;
    for peer in PEERS {
        load::check(peer)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut measured = Vec::new();
    for round in 0..args.rounds {
        progress(&format!("centrifugo: round {} of {}", round + 1, args.rounds));
        for peer in in_turn(PEERS, round) {
            measured.extend(runtime.block_on(measure(args, round, peer))?);
        }
    }
    Ok(report(args, &measured))
}

async fn measure(args: &Args, round: usize, peer: Peer) -> Result<Vec<Measured>> {
    let server = peer.start(Cores::Free)?;
    let centrifugo = Centrifugo::start(config(server.address)).await?;
    let order = Order::Clients(Clients {
        address: centrifugo.address(),
        clients: args.clients,
        connecting: args.clients.min(200),
        calling: Duration::try_from_secs_f64(args.seconds)?,
        subscriptions: args.subscriptions,
    });
    let mut driver = Driver::start(Cores::Free, &order)?;
    let mut all = Vec::new();
    for phase in PHASES {
        driver.ready()?;
        let cpu = || -> Result<_> { Ok((Usage::of(server.id())?, Usage::of(centrifugo.id())?)) };
        let before = cpu()?;
        let outcome: Outcome = driver.go().map_err(|error| format!("{error}; Centrifugo says: {}", centrifugo.log()))?;
        let after = cpu()?;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / outcome.calls as f64;
        let (app, centrifugo) = (each(after.0.since(before.0).cpu), each(after.1.since(before.1).cpu));
        all.push(Measured { round, peer, phase, outcome, app, centrifugo });
    }
    drop(driver);
    centrifugo.stop().await;
    Ok(all)
}

/// Centrifugo's configuration: it calls the app for everything that the clients do, with longer timeouts than by default, so
/// that nothing fails when the machine is busy.
fn config(app: SocketAddr) -> Value {
    let proxy = json!({ "endpoint": format!("grpc://{app}"), "timeout": "30s" });
    let mut connect = proxy.clone();
    connect["enabled"] = true.into();
    json!({
        "client": { "proxy": { "connect": connect } },
        "rpc": { "proxy": proxy, "without_namespace": { "proxy_enabled": true } },
        "channel": {
            "proxy": { "subscribe": proxy },
            "namespaces": [{ "name": "room", "subscribe_proxy_enabled": true }],
        },
        "log": { "level": "error" },
    })
}

fn report(args: &Args, measured: &[Measured]) -> Report {
    let of = |phase, peer, what: fn(&Measured) -> f64| {
        Spread::of(measured.iter().filter(|one| (one.phase, one.peer) == (phase, peer)).map(what))
    };
    let head = ["clients", "app", "per second", "p50 ms", "p99 ms", "app's share", "app µs", "Centrifugo µs", "driver µs"];
    let mut table = Table::new(head);
    for phase in PHASES {
        for peer in PEERS {
            let share = |one: &Measured| one.app * 100.0 / (one.app + one.centrifugo + one.driver());
            table.row([
                phase.to_owned(),
                peer.name().to_owned(),
                format!("{:.0}", of(phase, peer, |one| one.outcome.calls as f64 / one.outcome.seconds)),
                format!("{:.0}", of(phase, peer, |one| one.outcome.p50 as f64 / 1000.0).median),
                format!("{:.0}", of(phase, peer, |one| one.outcome.p99 as f64 / 1000.0).median),
                format!("{:.0} %", of(phase, peer, share).median),
                of(phase, peer, |one| one.app).to_string(),
                of(phase, peer, |one| one.centrifugo).to_string(),
                of(phase, peer, Measured::driver).to_string(),
            ]);
        }
    }
    let bars = |phase| PEERS.map(|peer| (peer.name(), of(phase, peer, |one| one.app))).to_vec();
    Report {
        name: "centrifugo",
        title: format!("Through Centrifugo: median of {} rounds (least–most)", args.rounds),
        tables: vec![(format!("{} clients; app, Centrifugo and the driver share all cores:", args.clients), table)],
        chart: Chart {
            title: "CPU time of the app for what a client does, µs (less is better)".to_owned(),
            groups: PHASES.map(|phase| Group { name: phase.to_owned(), bars: bars(phase) }).into(),
        },
        rounds: json!(measured),
    }
}
