//! Thousands of clients of one server, which connect, receive and recover: the engine or a real Centrifugo.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::pace::{Outcome, Record, all};
use super::phase;
use super::raw::Raw;
use crate::Result;

/// The number of clients that connect at a time.
const CONNECTING: usize = 100;
/// The time between two publications to all.
const BETWEEN: Duration = Duration::from_millis(100);
/// The channels that are recovered.
const KEPT: usize = 100;
/// The publications that each client recovers.
pub(crate) const MISSED: usize = 10;
/// The time in which a server is done with clients that have gone.
const REST: Duration = Duration::from_millis(500);

/// The number of clients, and what they do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) address: SocketAddr,
    /// The clients that connect, and have one channel each.
    pub(crate) idle: usize,
    /// Those of them that stay.
    pub(crate) clients: usize,
    /// The messages that all receive.
    pub(crate) messages: usize,
    /// The publications a second to small channels.
    pub(crate) rate: usize,
    /// The seconds for which these are made.
    pub(crate) seconds: usize,
}

/// The phases, in this order: connects, subscriptions, messages to all, publications to small channels, recovery.
pub(super) async fn run(order: &Live) -> Result<()> {
    let clients = Rc::new(RefCell::new(Vec::with_capacity(order.idle)));
    phase(async || connect(order, &clients).await).await?;
    phase(async || each(&clients, async |index, client| client.subscribe(&format!("plain:{index}")).await).await).await?;
    // Whoever measures memory does so until this phase begins.
    phase(async || {
        clients.borrow_mut().truncate(order.clients);
        let outcome = each(&clients, async |_, client| client.subscribe("plain:all").await).await;
        sleep(REST).await;
        outcome
    })
    .await?;
    phase(async || to_all(order, &clients).await).await?;
    each(&clients, async |index, client| client.subscribe(&pair(index)).await).await?;
    phase(async || to_pairs(order, &clients).await).await?;
    let positions = positions(&clients).await?;
    clients.borrow_mut().clear();
    miss(order).await?;
    phase(async || recover(order, positions).await).await
}

type Connected = Rc<RefCell<Vec<Raw>>>;

async fn connect(order: &Live, clients: &Connected) -> Result<Outcome> {
    let (record, mut tasks, left) = (Record::start()?, JoinSet::new(), Rc::new(Cell::new(order.idle)));
    for _ in 0..CONNECTING {
        let (record, clients, left, address) = (record.clone(), Rc::clone(clients), Rc::clone(&left), order.address);
        tasks.spawn_local(async move {
            while let Some(rest) = left.get().checked_sub(1) {
                left.set(rest);
                let start = Instant::now();
                let client = Raw::connect(address).await?;
                record.took(start.elapsed());
                clients.borrow_mut().push(client);
            }
            Ok(())
        });
    }
    all(tasks).await?;
    Ok(record.outcome())
}

/// Lets each client do something, all at once.
async fn each(clients: &Connected, work: impl AsyncFn(usize, &mut Raw) -> Result<()> + Clone + 'static) -> Result<Outcome> {
    let (record, mut tasks) = (Record::start()?, JoinSet::new());
    for (index, mut client) in clients.take().into_iter().enumerate() {
        let (record, work) = (record.clone(), work.clone());
        tasks.spawn_local(async move {
            let start = Instant::now();
            work(index, &mut client).await?;
            record.took(start.elapsed());
            Ok((index, client))
        });
    }
    clients.replace(in_order(tasks).await?);
    Ok(record.outcome())
}

/// The clients, each at its place again.
async fn in_order(mut tasks: JoinSet<Result<(usize, Raw)>>) -> Result<Vec<Raw>> {
    let mut clients = Vec::with_capacity(tasks.len());
    while let Some(client) = tasks.join_next().await {
        clients.push(client??);
    }
    clients.sort_by_key(|(index, _)| *index);
    Ok(clients.into_iter().map(|(_, client)| client).collect())
}

/// The first client publishes to the channel of all.
async fn to_all(order: &Live, clients: &Connected) -> Result<Outcome> {
    let messages = order.messages;
    exchange(clients, move |index| Part {
        channel: "plain:all".to_owned(),
        sends: if index == 0 { messages } else { 0 },
        receives: messages,
        first: Duration::ZERO,
        interval: BETWEEN,
    })
    .await
}

/// One client of each pair publishes.
async fn to_pairs(order: &Live, clients: &Connected) -> Result<Outcome> {
    let publishers = clients.borrow().len() / 2;
    let interval = Duration::from_secs(1).mul_f64(publishers as f64 / order.rate as f64);
    let count = order.rate * order.seconds / publishers;
    exchange(clients, move |index| Part {
        channel: pair(index),
        sends: if index % 2 == 0 { count } else { 0 },
        receives: count,
        // They don't publish all at once.
        first: interval.mul_f64(index as f64 / (2 * publishers) as f64),
        interval,
    })
    .await
}

fn pair(index: usize) -> String {
    format!("plain:pair{}", index / 2)
}

/// What a client does in an exchange of publications.
struct Part {
    channel: String,
    sends: usize,
    receives: usize,
    first: Duration,
    interval: Duration,
}

async fn exchange(clients: &Connected, part: impl Fn(usize) -> Part) -> Result<Outcome> {
    let (record, mut tasks) = (Record::start()?, JoinSet::new());
    for (index, client) in clients.take().into_iter().enumerate() {
        let (record, part) = (record.clone(), part(index));
        tasks.spawn_local(async move { Ok((index, take_part(client, &record, part).await?)) });
    }
    clients.replace(in_order(tasks).await?);
    Ok(record.outcome())
}

async fn take_part(mut client: Raw, record: &Record, part: Part) -> Result<Raw> {
    let (mut sent, mut received) = (0, 0);
    let mut due = tokio::time::Instant::from_std(record.start + part.first);
    while sent < part.sends || received < part.receives {
        if sent < part.sends {
            tokio::select! {
                () = sleep_until(due) => {
                    let now = record.start.elapsed().as_micros();
                    let publish = format!(r#""publish":{{"channel":"{}","data":{{"t":{now}}}}}"#, part.channel);
                    client.command(&publish).await?;
                    (sent, due) = (sent + 1, due + part.interval);
                }
                filled = client.fill() => filled?,
            }
        } else {
            // Most clients only receive: they have no timer, so that the driver takes little of the cores.
            client.fill().await?;
        }
        while let Some(frame) = client.take().await? {
            let now = record.start.elapsed();
            for sent in times(std::str::from_utf8(&frame)?) {
                record.took(now.saturating_sub(sent));
                received += 1;
            }
        }
    }
    Ok(client)
}

/// The times at which the publications of a frame were sent.
fn times(frame: &str) -> impl Iterator<Item = Duration> {
    frame.split(r#""t":"#).skip(1).filter_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok().map(Duration::from_micros)
    })
}

/// Subscribes the clients to channels with history, and returns the epochs.
async fn positions(clients: &Connected) -> Result<Vec<String>> {
    let epochs: Rc<RefCell<Vec<String>>> = Rc::new(RefCell::new(vec![String::new(); KEPT]));
    let found = Rc::clone(&epochs);
    each(clients, async move |index, client| {
        let channel = index % KEPT;
        let reply = client.ask(&format!(r#""subscribe":{{"channel":"kept:{channel}"}}"#)).await?;
        let reply: Value = serde_json::from_str(&reply)?;
        let epoch = reply["subscribe"]["epoch"].as_str().ok_or("a subscription has no epoch")?;
        found.borrow_mut()[channel] = epoch.to_owned();
        Ok(())
    })
    .await?;
    Ok(epochs.take())
}

/// Publishes what the clients miss that have gone.
async fn miss(order: &Live) -> Result<()> {
    sleep(REST).await;
    let mut client = Raw::connect(order.address).await?;
    for channel in 0..KEPT {
        client.subscribe(&format!("kept:{channel}")).await?;
        for message in 0..MISSED {
            client.ask(&format!(r#""publish":{{"channel":"kept:{channel}","data":{{"missed":{message}}}}}"#)).await?;
        }
    }
    Ok(())
}

/// All clients connect at once, and recover what they missed.
async fn recover(order: &Live, epochs: Vec<String>) -> Result<Outcome> {
    let (record, mut tasks, epochs) = (Record::start()?, JoinSet::new(), Rc::new(epochs));
    for index in 0..order.clients {
        let (record, epochs, address) = (record.clone(), Rc::clone(&epochs), order.address);
        tasks.spawn_local(async move {
            let mut client = Raw::connect(address).await?;
            let (channel, epoch) = (index % KEPT, &epochs[index % KEPT]);
            let reply = client
                .ask(&format!(r#""subscribe":{{"channel":"kept:{channel}","recover":true,"epoch":"{epoch}","offset":0}}"#))
                .await?;
            if !reply.contains(r#""recovered":true"#) || reply.matches(r#""missed":"#).count() != MISSED {
                return Err(format!("not recovered: {reply}").into());
            }
            record.took(record.start.elapsed());
            // Sockets stay open until all have recovered.
            Ok((index, client))
        });
    }
    in_order(tasks).await?;
    Ok(record.outcome())
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn each_publication_of_a_frame_has_its_time() {
        let frame = "{\"push\":{\"pub\":{\"data\":{\"t\":12}}}}\n{\"id\":1}\n{\"push\":{\"pub\":{\"data\":{\"t\":7}}}}";
        let found: Vec<_> = times(frame).map(|time| time.as_micros()).collect();
        assert_eq!(found, [12, 7]);
    }
}
