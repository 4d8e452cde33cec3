//! Thousands of clients of one Centrifugo, which connect, call and subscribe.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::pace::{Outcome, Record, all};
use super::phase;
use super::websocket::Client;
use crate::Result;

/// The number of clients, and what they do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Clients {
    /// The address of Centrifugo.
    pub(crate) address: SocketAddr,
    pub(crate) clients: usize,
    /// The number of clients that connect at a time.
    pub(crate) connecting: usize,
    /// The time for which they call, each as soon as it has its response.
    pub(crate) calling: Duration,
    /// The number of channels that each subscribes to.
    pub(crate) subscriptions: usize,
}

/// The phases, in this order: connects, RPCs, subscriptions.
pub(super) async fn run(order: &Clients) -> Result<()> {
    let clients = Rc::new(RefCell::new(Vec::with_capacity(order.clients)));
    phase(async || connect(order, &clients).await).await?;
    phase(async || rpc(order, &clients).await).await?;
    phase(async || subscribe(order, &clients).await).await
}

type Connected = Rc<RefCell<Vec<Client>>>;

async fn connect(order: &Clients, clients: &Connected) -> Result<Outcome> {
    let (record, mut tasks, left) = (Record::start()?, JoinSet::new(), Rc::new(Cell::new(order.clients)));
    for _ in 0..order.connecting {
        let (record, clients, left, address) = (record.clone(), Rc::clone(clients), Rc::clone(&left), order.address);
        tasks.spawn_local(async move {
            while let Some(rest) = left.get().checked_sub(1) {
                left.set(rest);
                let start = Instant::now();
                let client = Client::connect(address).await?;
                record.took(start.elapsed());
                clients.borrow_mut().push(client);
            }
            Ok(())
        });
    }
    all(tasks).await?;
    Ok(record.outcome())
}

async fn rpc(order: &Clients, clients: &Connected) -> Result<Outcome> {
    let (record, mut tasks, time) = (Record::start()?, JoinSet::new(), order.calling);
    for mut client in clients.take() {
        let (record, clients) = (record.clone(), Rc::clone(clients));
        tasks.spawn_local(async move {
            while record.start.elapsed() < time {
                let start = Instant::now();
                client.rpc().await?;
                record.took(start.elapsed());
            }
            clients.borrow_mut().push(client);
            Ok(())
        });
    }
    all(tasks).await?;
    Ok(record.outcome())
}

async fn subscribe(order: &Clients, clients: &Connected) -> Result<Outcome> {
    let (record, mut tasks, subscriptions) = (Record::start()?, JoinSet::new(), order.subscriptions);
    for (index, mut client) in clients.take().into_iter().enumerate() {
        let record = record.clone();
        tasks.spawn_local(async move {
            for room in 0..subscriptions {
                let start = Instant::now();
                client.subscribe(index * subscriptions + room).await?;
                record.took(start.elapsed());
            }
            Ok(())
        });
    }
    all(tasks).await?;
    Ok(record.outcome())
}
