//! Handlers that block the thread they run on.

#![expect(clippy::print_stdout, reason = "measurements, shown by --nocapture")]

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use centrifugo::{App, State, handlers};
use centrifugo_tests::wire::{burst, connection, message, text};
use centrifugo_tests::{LoneApp, PATIENCE};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use crate::shared::ping;

/// Holds threads until it is opened.
#[derive(Debug)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    /// Has a permit for each thread that waits.
    waiting: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { is_open: Mutex::default(), opened: Condvar::new(), waiting: Semaphore::new(0) })
    }

    fn wait(&self) {
        self.waiting.add_permits(1);
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(is_open, |is_open| !*is_open));
    }

    /// Waits until this many threads are held.
    async fn holds(&self, threads: u32) {
        self.waiting.acquire_many(threads).await.expect("permits").forget();
    }

    fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

#[centrifugo::rpc("block", collect = false)]
async fn block(State(gate): State<Arc<Gate>>) -> &'static str {
    gate.wait();
    "blocked"
}

#[centrifugo::rpc("work", collect = false)]
async fn work(State(gate): State<Arc<Gate>>) -> &'static str {
    let waited = tokio::task::spawn_blocking(move || gate.wait()).await;
    waited.map_or("failed", |()| "worked")
}

/// Calls a method that holds a thread, then makes a thousand other calls on the same connection, which are answered before
/// the thread goes on.
async fn others_are_answered_beside(method: &str) {
    let gate = Gate::new();
    let app = LoneApp::start(App::empty().handlers(handlers![block, work, ping]).state(Arc::clone(&gate))).await;
    let connection = app.connection().await;
    let mut held = burst(&connection, "RPC", &message("RPCRequest", &[("method", text(method))]), 1);
    gate.holds(1).await;
    let begun = Instant::now();
    let others = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("ping"))]), 1000);
    let others = timeout(PATIENCE, others.join_all()).await;
    println!("beside `{method}`, 1000 calls took {:.1?}", begun.elapsed());
    gate.open();
    for response in others.expect("responses while the thread is held") {
        response.expect("a response");
    }
    held.join_next().await.expect("a call").expect("no panic").expect("a response");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_handler_that_blocks_a_worker_leaves_the_others_to_other_calls() {
    others_are_answered_beside("block").await;
}

#[tokio::test]
async fn blocking_work_in_a_thread_of_its_own_delays_no_call_of_a_single_worker() {
    others_are_answered_beside("work").await;
}

/// tokio takes no task off a thread that is blocked, so this limit is documented.
#[tokio::test]
async fn handlers_that_block_every_worker_stop_the_app_until_one_returns() {
    let gate = Gate::new();
    let app = App::empty().handlers(handlers![block, ping]).state(Arc::clone(&gate));
    let (sender, address) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    // The app has a runtime of its own.
    let runtime = thread::spawn(move || {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let app = LoneApp::start(app).await;
            sender.send(app.address()).expect("a test");
            drop(ended.await);
        });
    });
    let connection = connection(address.await.expect("an app")).await;
    let held = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("block"))]), 2);
    gate.holds(2).await;
    let mut other = burst(&connection, "RPC", &message("RPCRequest", &[("method", text("ping"))]), 1);
    let early = timeout(Duration::from_millis(300), other.join_next()).await;
    gate.open();
    assert!(early.is_err(), "a worker was free");
    for response in [held.join_all().await, other.join_all().await].concat() {
        response.expect("a response");
    }
    drop(end);
    runtime.join().expect("no panic");
}
