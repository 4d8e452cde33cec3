//! Clients that come, subscribe, publish and leave at random.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::pace::{Record, all};
use super::phase;
use super::raw::Raw;
use crate::Result;

/// The channels of each namespace.
pub(crate) const CHANNELS: usize = 50;
/// The longest time for which a client stays.
const LONGEST_STAY_MS: u64 = 400;

/// The number of clients that are there at a time, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Churn {
    pub(crate) address: SocketAddr,
    pub(crate) clients: usize,
    pub(crate) window: Duration,
    pub(crate) windows: u32,
}

/// At the end of each window, all clients have left.
pub(super) async fn run(churn: &Churn) -> Result<()> {
    for _ in 0..churn.windows {
        phase(async || {
            let (record, mut tasks) = (Rc::new(Record::start()?), JoinSet::new());
            for _ in 0..churn.clients {
                let (record, address, window) = (Rc::clone(&record), churn.address, churn.window);
                tasks.spawn_local(async move {
                    while record.start.elapsed() < window {
                        visit(address, &record).await?;
                    }
                    Ok(())
                });
            }
            all(tasks).await?;
            Ok(record.outcome())
        })
        .await?;
    }
    Ok(())
}

/// One client, from its connect to its end. Its time is that until it has its subscriptions.
async fn visit(address: SocketAddr, record: &Record) -> Result<()> {
    let start = Instant::now();
    let mut client = Raw::connect(address).await?;
    let channels: Vec<_> = ["plain", "kept", "full"].map(|name| format!("{name}:{}", fastrand::usize(..CHANNELS))).into();
    for channel in &channels {
        client.subscribe(channel).await?;
    }
    record.took(start.elapsed());
    let stay = Duration::from_millis(fastrand::u64(..LONGEST_STAY_MS));
    for channel in channels.iter().filter(|_| fastrand::bool()) {
        client.ask(&format!(r#""publish":{{"channel":"{channel}","data":{{"n":{}}}}}"#, fastrand::u32(..))).await?;
    }
    match fastrand::u8(..4) {
        // It reads until it goes.
        0 | 1 => drop(timeout(stay, read(&mut client)).await),
        // It doesn't read.
        2 => sleep(stay).await,
        // It unsubscribes first.
        _ => {
            for channel in &channels {
                client.ask(&format!(r#""unsubscribe":{{"channel":"{channel}"}}"#)).await?;
            }
        }
    }
    Ok(())
}

async fn read(client: &mut Raw) -> Result<()> {
    loop {
        client.next().await?;
    }
}
