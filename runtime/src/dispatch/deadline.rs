//! The deadline of a call: what happens when the handler misses it, or when the caller drops the call.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use http::HeaderMap;
use tokio::time::{Sleep, sleep};

use crate::dispatch::call_record::CallRecord;
use crate::dispatch::failure::Late;
use crate::handler::grpc_timeout;
use crate::reject::Reject;

/// The part of the time after which a reset counts as a missed deadline: Centrifugo resets a call at its own deadline, which
/// comes a little before the one in `grpc-timeout`.
const NEARLY: f32 = 0.9;

/// The time until which the caller waits. It is read when a handler has to wait for something: most return before.
pub(super) struct Deadline {
    arrived: Instant,
    timer: Timer,
}

enum Timer {
    /// The metadata has not been read yet.
    Unknown,
    /// The call has no deadline.
    Never,
    At(Pin<Box<Sleep>>, Duration),
}

impl Deadline {
    pub(super) fn new(arrived: Instant) -> Self {
        Self { arrived, timer: Timer::Unknown }
    }

    /// Ready with a failure when the deadline is over.
    pub(super) fn poll_missed(&mut self, metadata: &HeaderMap, context: &mut Context<'_>) -> Poll<Reject> {
        if let Timer::Unknown = self.timer {
            self.timer = grpc_timeout::of(metadata)
                .map_or(Timer::Never, |allowed| Timer::At(Box::pin(sleep(allowed.saturating_sub(self.elapsed()))), allowed));
        }
        match &mut self.timer {
            Timer::At(timer, allowed) => {
                ready!(timer.as_mut().poll(context));
                Poll::Ready(late(self.arrived.elapsed(), *allowed))
            }
            _ => Poll::Pending,
        }
    }

    /// The time since the call arrived.
    pub(super) fn elapsed(&self) -> Duration {
        self.arrived.elapsed()
    }

    /// Reports a call that its caller dropped: as a missed deadline, if it was dropped about then.
    pub(super) fn report_dropped(&self, record: &CallRecord) {
        let elapsed = self.elapsed();
        match grpc_timeout::of(record.metadata()).or(record.event().facts().unsent_timeout) {
            Some(allowed) if elapsed >= allowed.mul_f32(NEARLY) => record.failed(Arc::new(late(elapsed, allowed)), ""),
            _ => record.abandoned(elapsed),
        }
    }
}

fn late(elapsed: Duration, allowed: Duration) -> Reject {
    Reject::internal(Late { elapsed, allowed })
}
