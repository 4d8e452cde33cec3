//! The deadline of a call: what happens when the handler misses it, or when the caller drops the call.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep};

use crate::dispatch::call_record::CallRecord;
use crate::dispatch::late::{Allowed, Late, Limit};
use crate::dispatch::outcome::Outcome;
use crate::handler::{Handler, grpc_timeout};
use crate::reject::Reject;

/// The part of the time after which a reset counts as a missed deadline: Centrifugo resets a call at its own deadline, which
/// comes a little before the one in `grpc-timeout`.
const NEARLY: f32 = 0.9;

/// The time until which a handler may run. It is determined when a handler has to wait for something: most return before.
pub(super) struct Deadline {
    arrived: Instant,
    /// The time from which the handler's timeout and the app's count.
    begun: Instant,
    timer: Timer,
}

enum Timer {
    /// Nobody has looked for a deadline yet.
    Unknown,
    /// The call has no deadline.
    Never,
    At(Pin<Box<Sleep>>, Allowed),
}

impl Deadline {
    pub(super) fn new(arrived: Instant, begun: Instant) -> Self {
        Self { arrived, begun, timer: Timer::Unknown }
    }

    /// Ready with a failure when the deadline is over.
    pub(super) fn poll_missed(&mut self, record: &CallRecord, context: &mut Context<'_>) -> Poll<Reject> {
        if let Timer::Unknown = self.timer {
            self.timer = self.timer(record);
        }
        match &mut self.timer {
            Timer::At(timer, allowed) => {
                ready!(timer.as_mut().poll(context));
                let allowed = *allowed;
                // In a test with paused time, the clock of the calls stands still.
                Poll::Ready(Late::reject(self.elapsed(allowed.by).max(allowed.time), allowed))
            }
            _ => Poll::Pending,
        }
    }

    /// The timer of the limit that ends first.
    fn timer(&self, record: &CallRecord) -> Timer {
        let limits = [
            (grpc_timeout::of(record.metadata()), Limit::Caller),
            (record.handler().and_then(Handler::timeout), Limit::Handler),
            (record.dispatch().timeout, Limit::App),
        ];
        let set = limits.into_iter().filter_map(|(time, by)| Some(Allowed { time: time?, by }));
        let left = set.map(|allowed| (allowed.time.saturating_sub(self.elapsed(allowed.by)), allowed));
        match left.min_by_key(|(left, _)| *left) {
            Some((left, allowed)) => Timer::At(Box::pin(sleep(left)), allowed),
            None => Timer::Never,
        }
    }

    /// The time that counts for a limit.
    fn elapsed(&self, limit: Limit) -> Duration {
        match limit {
            Limit::Caller => self.arrived.elapsed(),
            Limit::Handler | Limit::App => self.begun.elapsed(),
        }
    }

    /// The time since the call arrived.
    pub(super) fn since_arrival(&self) -> Duration {
        self.arrived.elapsed()
    }

    /// Reports a call that its caller dropped: as a missed deadline, if it was dropped about then.
    pub(super) fn report_dropped(&self, record: &CallRecord) -> Outcome {
        let elapsed = self.since_arrival();
        match grpc_timeout::of(record.metadata()).or(record.event().facts().unsent_timeout) {
            Some(time) if elapsed >= time.mul_f32(NEARLY) => {
                let allowed = Allowed { time, by: Limit::Caller };
                record.failed(Arc::new(Late::reject(elapsed, allowed)), "");
                Outcome::TimedOut
            }
            _ => {
                record.abandoned(elapsed);
                Outcome::Abandoned
            }
        }
    }
}
