//! The pace of calls, and the measurement of their times.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Result;
use crate::process::own_cpu;

/// The most calls in flight at a fixed rate. Beyond it, a call is made later, and its time still counts from when it was
/// due: on a machine that is slowed down, the calls would otherwise pile up in the server, up to its limits.
const MOST_IN_FLIGHT: usize = 1_000;

/// A call that can be made many times, also concurrently.
pub(super) trait Line: 'static {
    /// Makes the call, and checks the response.
    async fn call(&self) -> Result<()>;
}

/// The time of the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// As soon as one of this many calls has its response.
    Saturated(usize),
    /// This many times a second, with or without a response. A call's time counts from when it was due, so that a server
    /// that stalls can't hide it.
    PerSecond(u32),
}

/// The outcome of a phase. Times are in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) calls: u64,
    pub(crate) seconds: f64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
    /// Calls that took more than a second, for which Centrifugo waits by default.
    pub(crate) late: u64,
    /// CPU time of the driver, in seconds.
    pub(crate) cpu: f64,
}

impl Pace {
    pub(super) async fn run<L: Line>(self, line: &Rc<L>, time: Duration) -> Result<Outcome> {
        let record = Record::start()?;
        let mut tasks = JoinSet::new();
        match self {
            Self::Saturated(in_flight) => {
                let start = record.start;
                keep(&mut tasks, line, &record, in_flight, move || start.elapsed() < time);
            }
            Self::PerSecond(rate) => {
                let mut due = clock(rate, time);
                while let Some(due) = due.recv().await {
                    let (line, record) = (Rc::clone(line), record.clone());
                    tasks.spawn_local(async move { record.call(&*line, due).await });
                    while let Some(done) = tasks.try_join_next() {
                        done??;
                    }
                    if tasks.len() >= MOST_IN_FLIGHT
                        && let Some(done) = tasks.join_next().await
                    {
                        done??;
                    }
                }
            }
        }
        all(tasks).await?;
        Ok(record.outcome())
    }
}

/// Makes this many calls, all at once.
pub(super) async fn at_once<L: Line>(line: &Rc<L>, calls: usize) -> Result<Outcome> {
    let (record, mut tasks) = (Record::start()?, JoinSet::new());
    for _ in 0..calls {
        let (line, record) = (Rc::clone(line), record.clone());
        tasks.spawn_local(async move { record.call(&*line, record.start).await });
    }
    all(tasks).await?;
    Ok(record.outcome())
}

/// Makes `calls` calls, of which `concurrency` are in flight.
pub(super) async fn times<L: Line>(line: L, calls: usize, in_flight: usize) -> Result<Outcome> {
    let (line, record, mut tasks) = (Rc::new(line), Record::start()?, JoinSet::new());
    let left = Rc::new(Cell::new(calls));
    keep(&mut tasks, &line, &record, in_flight, move || left.replace(left.get().saturating_sub(1)) > 0);
    all(tasks).await?;
    Ok(record.outcome())
}

/// Keeps this many calls in flight, as long as there is another one to make.
fn keep<L: Line>(
    tasks: &mut JoinSet<Result<()>>,
    line: &Rc<L>,
    record: &Record,
    in_flight: usize,
    more: impl Fn() -> bool + Clone + 'static,
) {
    for _ in 0..in_flight {
        let (line, record, more) = (Rc::clone(line), record.clone(), more.clone());
        tasks.spawn_local(async move {
            while more() {
                record.call(&*line, Instant::now()).await?;
            }
            Ok(())
        });
    }
}

/// Waits for all tasks. The first failure ends them.
pub(super) async fn all(mut tasks: JoinSet<Result<()>>) -> Result<()> {
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// Sends a tick when a call is due, from a thread, because the runtime's timers count in milliseconds.
fn clock(rate: u32, time: Duration) -> mpsc::UnboundedReceiver<Instant> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let (start, interval) = (Instant::now(), Duration::from_secs(1) / rate);
    thread::spawn(move || {
        let mut due = start;
        while due < start + time {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if sender.send(due).is_err() {
                return;
            }
            due += interval;
        }
    });
    receiver
}

/// The record of the calls while they are made.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) start: Instant,
    cpu: Duration,
    times: Rc<RefCell<Histogram<u64>>>,
}

impl Record {
    pub(super) fn start() -> Result<Self> {
        // Microseconds up to two minutes, exact to 0.1 %.
        let times = Histogram::new_with_bounds(1, 120_000_000, 3)?;
        Ok(Self { start: Instant::now(), cpu: own_cpu(), times: Rc::new(RefCell::new(times)) })
    }

    async fn call<L: Line>(&self, line: &L, due: Instant) -> Result<()> {
        line.call().await?;
        self.took(due.elapsed());
        Ok(())
    }

    pub(super) fn took(&self, time: Duration) {
        self.times.borrow_mut().saturating_record(time.as_micros().try_into().unwrap_or(u64::MAX));
    }

    pub(super) fn outcome(&self) -> Outcome {
        let (seconds, times) = (self.start.elapsed().as_secs_f64(), self.times.borrow());
        let cpu = (own_cpu() - self.cpu).as_secs_f64();
        let late = times.len() - times.count_between(0, 1_000_000);
        let [p50, p99] = [0.5, 0.99].map(|quantile| times.value_at_quantile(quantile));
        Outcome { calls: times.len(), seconds, p50, p99, max: times.max(), late, cpu }
    }
}
