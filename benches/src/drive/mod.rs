//! The process that makes the calls. It checks every response, and ends at the first one that is wrong.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::task::{LocalSet, spawn_blocking};

use crate::Result;
use answers::Call;
use pace::{Outcome, Pace};

pub(crate) mod answers;
mod check;
pub(crate) mod churn;
mod grpc;
mod http1;
pub(crate) mod live;
pub(crate) mod pace;
mod raw;
pub(crate) mod soak;
pub(crate) mod streams;
pub(crate) mod through;
mod websocket;
#[allow(dead_code, reason = "not everything is called")]
#[path = "../../../runtime/src/wire.rs"]
mod wire;

/// The longest time that an order takes besides the time that it states. Then the driver ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// The longest time of a call to a server that is slow, or slowed down. By default, Centrifugo waits one second.
const UNHURRIED: Duration = Duration::from_secs(30);

/// The order that a driver is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Checks that a peer returns the same responses as all others.
    Check { address: SocketAddr, protocol: Protocol },
    /// Makes one call many times.
    Load { address: SocketAddr, protocol: Protocol, call: Call, pace: Pace, warm: Duration, time: Duration },
    /// Makes one call this many times.
    Times { address: SocketAddr, protocol: Protocol, call: Call, calls: usize, in_flight: usize },
    /// Makes this many calls at once, first quick ones and then slow ones.
    Slow { address: SocketAddr, calls: usize },
    /// Opens this many streams, and keeps them open.
    Streams { address: SocketAddr, streams: usize },
    /// Runs this many clients of a Centrifugo.
    Clients(through::Clients),
    /// Runs this many clients of the engine, or of a Centrifugo.
    Live(live::Live),
    /// Lets clients of the engine come and go.
    Churn(churn::Churn),
    /// Makes all kinds of calls for a long time.
    Soak(soak::Soak),
}

impl Order {
    /// The time for which calls are made.
    fn time(&self) -> Duration {
        match self {
            Self::Load { time, .. } => *time,
            Self::Clients(clients) => clients.calling,
            Self::Soak(soak) => soak.window * soak.windows,
            Self::Churn(churn) => churn.window * churn.windows,
            Self::Live(live) => Duration::from_secs(live.seconds as u64),
            Self::Check { .. } | Self::Times { .. } | Self::Slow { .. } | Self::Streams { .. } => Duration::ZERO,
        }
    }
}

/// The protocol of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    /// gRPC: all calls on one connection.
    Grpc,
    /// HTTP/1.1: a connection for each concurrent call.
    Http1,
}

/// Executes an [`Order`] in JSON, phase by phase.
pub(crate) fn execute(order: &str) -> Result<()> {
    let order: Order = serde_json::from_str(order)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let patience = PATIENCE + order.time();
    let done = LocalSet::new().block_on(&runtime, async { tokio::time::timeout(patience, work(order)).await });
    // A thread that still reads stdin must not delay the exit.
    runtime.shutdown_background();
    done.map_err(|_| format!("not done in {patience:?}"))?
}

async fn work(order: Order) -> Result<()> {
    match order {
        Order::Check { address, protocol } => phase(async || check::all(address, protocol).await).await,
        Order::Load { address, protocol: Protocol::Grpc, call, pace, warm, time } => {
            load(grpc::Line::open(address, call, Duration::from_secs(1)).await?, pace, warm, time).await
        }
        Order::Load { address, protocol: Protocol::Http1, call, pace, warm, time } => {
            load(http1::Line::open(address, call).await?, pace, warm, time).await
        }
        Order::Times { address, protocol: Protocol::Grpc, call, calls, in_flight } => {
            let line = grpc::Line::open(address, call, UNHURRIED).await?;
            phase(async || pace::times(line, calls, in_flight).await).await
        }
        Order::Times { address, protocol: Protocol::Http1, call, calls, in_flight } => {
            let line = http1::Line::open(address, call).await?;
            phase(async || pace::times(line, calls, in_flight).await).await
        }
        Order::Slow { address, calls } => {
            let [quick, slow] = [Call::Rpc, Call::Slow].map(|call| grpc::Line::open(address, call, UNHURRIED));
            let (quick, slow) = (Rc::new(quick.await?), Rc::new(slow.await?));
            // A server in its first seconds waits for memory.
            for line in [&quick, &slow] {
                pace::at_once(line, calls).await?;
            }
            phase(async || pace::at_once(&quick, calls).await).await?;
            phase(async || pace::at_once(&slow, calls).await).await
        }
        Order::Streams { address, streams } => streams::open(address, streams).await,
        Order::Clients(clients) => through::run(&clients).await,
        Order::Churn(churn) => churn::run(&churn).await,
        Order::Live(live) => live::run(&live).await,
        Order::Soak(soak) => soak::run(&soak).await,
    }
}

async fn load<L: pace::Line>(line: L, pace: Pace, warm: Duration, time: Duration) -> Result<()> {
    let line = Rc::new(line);
    pace.run(&line, warm).await?;
    phase(async || -> Result<Outcome> { pace.run(&line, time).await }).await
}

/// Reports that the driver is ready, waits for the start, and reports the outcome.
async fn phase<T: Serialize>(work: impl AsyncFnOnce() -> Result<T>) -> Result<()> {
    writeln!(io::stdout(), "ready")?;
    go().await?;
    let outcome = work().await?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
    Ok(())
}

/// Waits for a line on stdin. Without one, the measuring process has ended.
async fn go() -> Result<()> {
    match spawn_blocking(|| io::stdin().lock().read_line(&mut String::new())).await?? {
        0 => Err("the measuring process has ended".into()),
        _ => Ok(()),
    }
}
