//! Which of the things that a task waits for has woken it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// The wake-ups of one future among those that a task waits for. Between them, the future isn't polled.
///
/// A task that runs doesn't know what has woken it, so it polls everything. Where a future is seldom the reason, and its
/// state is spread over memory that isn't in the processor's cache, that costs more than the work itself.
pub(super) struct Wakeups {
    log: Arc<Log>,
    /// Wakes the task, and marks the future as due.
    waker: Waker,
}

struct Log {
    /// Whether the future has to be polled.
    is_due: AtomicBool,
    task: AtomicWaker,
}

impl Wakeups {
    /// The future is polled the first time in any case.
    pub(super) fn new() -> Self {
        let log = Arc::new(Log { is_due: AtomicBool::new(true), task: AtomicWaker::new() });
        Self { waker: Arc::clone(&log).into(), log }
    }

    /// Lets the future be polled the next time, as what it waits for has changed.
    pub(super) fn expect(&self) {
        self.log.is_due.store(true, Ordering::Release);
    }

    /// Polls a future only when something has woken it. After its end, the next one is polled in any case.
    pub(super) async fn watch<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| self.poll(context, future.as_mut())).await
    }

    fn poll<F: Future>(&self, context: &Context<'_>, future: Pin<&mut F>) -> Poll<F::Output> {
        self.log.task.register(context.waker());
        if !self.log.is_due.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let polled = future.poll(&mut Context::from_waker(&self.waker));
        if polled.is_ready() {
            self.expect();
        }
        polled
    }
}

impl Wake for Log {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_due.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use tokio::sync::Notify;

    use super::*;

    /// Waits for a notification, and counts how often it is polled.
    async fn counted(notify: &Notify, polls: &Cell<usize>) {
        let mut notified = pin!(notify.notified());
        poll_fn(|context| {
            polls.set(polls.get() + 1);
            notified.as_mut().poll(context)
        })
        .await;
    }

    /// Polls a future once.
    fn is_ready(future: Pin<&mut impl Future<Output = ()>>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_future_is_polled_at_first_and_then_only_when_something_has_woken_it() {
        let (wakeups, notify, polls) = (Wakeups::new(), Notify::new(), Cell::new(0));
        let mut watched = pin!(wakeups.watch(counted(&notify, &polls)));
        assert!(!is_ready(watched.as_mut()));
        assert!(!is_ready(watched.as_mut()));
        assert_eq!(polls.get(), 1, "nothing has woken it");
        notify.notify_one();
        assert!(is_ready(watched.as_mut()));
        assert_eq!(polls.get(), 2);
    }

    #[test]
    fn after_the_end_of_one_future_and_on_request_the_next_one_is_polled() {
        let (wakeups, notify, polls) = (Wakeups::new(), Notify::new(), Cell::new(0));
        assert!(wakeups.watch(async {}).now_or_never().is_some());
        for _ in 0..2 {
            assert!(wakeups.watch(counted(&notify, &polls)).now_or_never().is_none());
        }
        assert_eq!(polls.get(), 1, "nothing has woken the second one");
        wakeups.expect();
        assert!(wakeups.watch(counted(&notify, &polls)).now_or_never().is_none());
        assert_eq!(polls.get(), 2);
    }

    #[tokio::test]
    async fn a_wake_up_runs_the_task_also_if_the_future_was_dropped_and_made_anew() {
        let (wakeups, notify) = (Wakeups::new(), Notify::new());
        let mut notified = pin!(notify.notified());
        assert!(wakeups.watch(notified.as_mut()).now_or_never().is_none());
        tokio::join!(wakeups.watch(notified.as_mut()), async {
            // The other one waits by now.
            tokio::task::yield_now().await;
            notify.notify_one();
        });
    }

    #[tokio::test]
    async fn a_future_that_wakes_itself_while_it_is_polled_is_polled_again() {
        let wakeups = Wakeups::new();
        wakeups.watch(tokio::task::yield_now()).await;
        let polls = Cell::new(0);
        let wakes_itself = poll_fn(|context| {
            polls.set(polls.get() + 1);
            context.waker().wake_by_ref();
            if polls.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
        });
        wakeups.watch(wakes_itself).await;
        assert_eq!(polls.get(), 3);
    }
}
