//! The outbox of a connection: encoded messages that wait to be written, bounded in bytes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::sync::{Mutex, MutexGuard};
use std::task::{Poll, Waker};

use bytes::Bytes;

use super::lock;
use crate::codec::Close;

/// How many times as long as the queue a single message may be.
const LONGEST: usize = 8;

/// What a message takes in the queue, beside its bytes. As many messages of that length may wait as the limit has room for.
const ENTRY: usize = size_of::<Bytes>();

/// The messages that may wait at the smallest limit.
const FEWEST: usize = 64;

/// The queue of one connection: anyone pushes, the connection's own task takes.
///
/// It starts held: what is pushed waits until [`release`](Self::release) or [`refuse`](Self::refuse) has queued the reply to
/// connect.
pub(crate) struct Outbox {
    limit: Limit,
    queue: Mutex<Queue>,
}

/// The most that may wait.
#[derive(Clone, Copy)]
struct Limit {
    bytes: usize,
    messages: usize,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Bytes>,
    /// The length of all messages.
    bytes: usize,
    is_released: bool,
    /// Afterwards, nothing is queued any more.
    close: Option<Close>,
    /// The owner, while it waits.
    owner: Option<Waker>,
}

/// What the owner writes next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) messages: Vec<Bytes>,
    /// Only once all messages are taken or dropped.
    pub(crate) close: Option<Close>,
}

impl Outbox {
    /// `limit` is the most bytes that may wait.
    pub(crate) fn new(limit: usize) -> Self {
        let limit = Limit { bytes: limit, messages: (limit / ENTRY).max(FEWEST) };
        Self { limit, queue: Mutex::default() }
    }

    /// The most bytes of a message: it must not even be encoded if it has more.
    pub(crate) fn longest(&self) -> usize {
        self.limit.bytes.saturating_mul(LONGEST)
    }

    /// The most bytes of a reply's publications, which leave the length of the queue to the rest of it.
    pub(crate) fn longest_recovery(&self) -> usize {
        self.limit.bytes.saturating_mul(LONGEST - 1)
    }

    /// Whether much waits, so that it should be written before there is more.
    pub(crate) fn is_half_full(&self) -> bool {
        self.limit.half().is_exceeded_by(&lock(&self.queue))
    }

    /// Queues a message, and wakes the owner. A queue over the limit closes the connection as a slow one. A
    /// message that goes over the limit nearly alone is written before that.
    pub(crate) fn push(&self, message: Bytes) {
        self.change(|queue| queue.push(message, self.limit));
    }

    /// Queues the reply to connect before what was held, and lets all of it go.
    pub(crate) fn release(&self, reply: Bytes) {
        self.change(|queue| queue.release(reply, self.limit));
    }

    /// Queues the reply of a failed connect, and drops what was held.
    pub(crate) fn refuse(&self, reply: Bytes) {
        self.change(|queue| {
            queue.clear();
            queue.release(reply, self.limit);
        });
    }

    /// Ends the connection once the queue is written, or at once where the code says so. The first close counts.
    pub(crate) fn close(&self, close: Close) {
        self.change(|queue| queue.close(close));
    }

    /// The close that ends, or will end, the connection.
    pub(crate) fn closing(&self) -> Option<Close> {
        lock(&self.queue).close.clone()
    }

    /// Waits until there is something to take. Only the owner may wait.
    pub(crate) async fn ready(&self) {
        poll_fn(|context| lock(&self.queue).poll_ready(context.waker())).await;
    }

    /// Takes at most `max` messages, or the close.
    pub(crate) fn take(&self, max: usize) -> Taken {
        lock(&self.queue).take(max)
    }

    /// Changes the queue, then wakes the owner without the lock, so that it doesn't wait for it.
    fn change(&self, change: impl FnOnce(&mut Queue)) {
        let owner = {
            let mut queue: MutexGuard<'_, Queue> = lock(&self.queue);
            change(&mut queue);
            if queue.is_ready() { queue.owner.take() } else { None }
        };
        if let Some(owner) = owner {
            owner.wake();
        }
    }
}

impl Limit {
    fn half(self) -> Self {
        Self { bytes: self.bytes / 2, messages: self.messages / 2 }
    }

    fn is_exceeded_by(self, queue: &Queue) -> bool {
        queue.bytes > self.bytes || queue.messages.len() > self.messages
    }
}

impl Queue {
    fn push(&mut self, message: Bytes, limit: Limit) {
        if self.close.is_none() {
            let length = message.len();
            self.bytes += length;
            self.messages.push_back(message);
            self.close_over(limit, length);
        }
    }

    fn release(&mut self, reply: Bytes, limit: Limit) {
        if self.close.is_none() && !mem::replace(&mut self.is_released, true) {
            let length = reply.len();
            self.bytes += length;
            self.messages.push_front(reply);
            self.close_over(limit, length);
        }
    }

    /// `last` is the length of the message that was queued last.
    fn close_over(&mut self, limit: Limit, last: usize) {
        if !limit.is_exceeded_by(self) {
            return;
        }
        if self.is_released && self.bytes - last <= limit.half().bytes && last > limit.half().bytes {
            // The client isn't slow, and if it didn't receive this message, it would request it again and again.
            self.close = Some(Close::SLOW);
        } else {
            self.close(Close::SLOW);
        }
    }

    fn close(&mut self, close: Close) {
        if self.close.is_none() {
            if !self.is_released || is_abrupt(&close) {
                self.clear();
            }
            self.close = Some(close);
        }
    }

    fn clear(&mut self) {
        self.messages = VecDeque::new();
        self.bytes = 0;
    }

    fn is_ready(&self) -> bool {
        self.close.is_some() || (self.is_released && !self.messages.is_empty())
    }

    fn poll_ready(&mut self, waker: &Waker) -> Poll<()> {
        if self.is_ready() {
            return Poll::Ready(());
        }
        match &mut self.owner {
            Some(owner) => owner.clone_from(waker),
            None => self.owner = Some(waker.clone()),
        }
        Poll::Pending
    }

    fn take(&mut self, max: usize) -> Taken {
        let count = if self.is_released { max.min(self.messages.len()) } else { 0 };
        let messages: Vec<Bytes> = self.messages.drain(..count).collect();
        self.bytes -= messages.iter().map(Bytes::len).sum::<usize>();
        let close = self.close.clone().filter(|_| self.messages.is_empty());
        self.shrink();
        Taken { messages, close }
    }

    /// An idle connection keeps no queue.
    fn shrink(&mut self) {
        if self.messages.is_empty() && self.messages.capacity() > 16 {
            self.messages = VecDeque::new();
        }
    }
}

/// Whether a close drops the queue: the peer is gone, or doesn't read.
fn is_abrupt(close: &Close) -> bool {
    close.code == Close::NORMAL.code || close.code == Close::SLOW.code
}
