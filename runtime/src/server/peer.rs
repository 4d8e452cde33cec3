//! The peer of a connection: the bytes that it sends and takes, and the memory that it may hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::task::task_tracker::TaskTrackerToken;
use tonic::Status;

use crate::observe::catalog::{CONNECTIONS_OPEN, PANICS};
use crate::observe::limit::Limit;
use crate::observe::meter::{Counter, Gauge, Meter};
use crate::server::Limits;
use crate::server::ages::Ages;

/// The memory of a response besides its bytes: h2's stream and frames.
pub(crate) const RESPONSE: usize = 1 << 10;

/// The bytes that a connection reads before it accepts the calls that have arrived. h2 would read for as long as the peer
/// sends: faster than calls are accepted, and what is read before that is charged to nobody.
const READ_AT_ONCE: usize = 64 << 10;

/// The state that all connections share.
#[derive(Debug)]
pub(crate) struct Peers {
    limits: Limits,
    unfinished: Arc<Total>,
    unsent: Arc<Total>,
    too_much: Limit,
    too_late: Limit,
    too_much_unsent: Limit,
    unsent_too_long: Limit,
    too_many: Limit,
    given_way: Limit,
    no_tls_handshake: Limit,
    no_handshake: Limit,
    no_frame: Limit,
    open: Gauge,
    panics: Counter,
}

/// The peer of one connection.
#[derive(Debug)]
pub(crate) struct Peer {
    all: Arc<Peers>,
    /// The memory of incomplete messages.
    pub(crate) unfinished: Share,
    /// The memory of responses that it doesn't take.
    pub(crate) unsent: Share,
    /// The memory of responses that HTTP/2 has not sent yet: see `unsent.rs`.
    pub(crate) ages: Ages,
    /// Its socket has taken no more bytes at some time since the last turn.
    was_full: AtomicBool,
    /// The bytes that it has taken.
    taken: AtomicU64,
    /// The bytes that have been read since the calls that had arrived were accepted. Only its connection's task uses it.
    read: AtomicUsize,
    /// One of its calls was Centrifugo's.
    is_known: AtomicBool,
    /// Counts it among those that are alive.
    _alive: TaskTrackerToken,
}

/// The memory of one kind that a connection holds, as a part of that of the app.
#[derive(Debug)]
pub(crate) struct Share {
    bytes: AtomicUsize,
    all: Arc<Total>,
}

/// The memory of one kind that all connections hold.
#[derive(Debug)]
struct Total {
    bytes: AtomicUsize,
    max: usize,
    /// The most bytes that one connection may hold.
    share: usize,
}

/// What a peer has to send within the time limit of the handshake.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    TlsHandshake,
    Handshake,
    /// A frame, or a block of headers.
    Frame,
}

/// No more room, in the connection's share or in the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Peers {
    pub(crate) fn new(limits: Limits, meter: Meter) -> Self {
        let unfinished = Arc::new(Total::new(limits.unfinished, limits.message_size));
        let unsent = Arc::new(Total::new(limits.unsent, limits.message_size.saturating_add(RESPONSE)));
        let limit = |name| Limit::new(name, meter);
        Self {
            limits,
            unfinished,
            unsent,
            too_much: limit("max_unfinished_bytes"),
            too_late: limit("body_timeout"),
            too_much_unsent: limit("max_unsent_bytes"),
            unsent_too_long: limit("send_timeout"),
            too_many: limit("max_connections"),
            given_way: limit("max_connections"),
            no_tls_handshake: limit("handshake_timeout"),
            no_handshake: limit("handshake_timeout"),
            no_frame: limit("handshake_timeout"),
            open: meter.gauge(CONNECTIONS_OPEN, &[]),
            panics: meter.counter(PANICS, &[("place", "response")]),
        }
    }

    /// The most connections that may be open.
    pub(crate) fn max_connections(&self) -> usize {
        self.limits.connections
    }

    /// Logs that a new connection is closed because there are too many.
    pub(crate) fn log_too_many(&self) {
        self.too_many.reached(format_args!("{} connections are open, so a new one is closed", self.limits.connections));
    }

    /// Logs that a connection is closed because there are too many, and it has had no call of Centrifugo's.
    pub(crate) fn log_given_way(&self) {
        let open = self.limits.connections;
        self.given_way
            .reached(format_args!("{open} connections are open, so the oldest one without a call of Centrifugo is closed"));
    }
}

/// An open connection, which is counted until this is dropped.
pub(crate) struct Open(Gauge);

impl Open {
    pub(crate) fn new(all: &Peers) -> Self {
        all.open.increment();
        Self(all.open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement();
    }
}

impl Total {
    /// `longest`: the bytes of the longest message, which always has room in a connection's share of a quarter, or else none
    /// of that size could ever pass.
    fn new(max: usize, longest: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), max: max.max(longest), share: (max / 4).max(longest) }
    }
}

impl Share {
    fn of(all: &Arc<Total>) -> Self {
        Self { bytes: AtomicUsize::new(0), all: Arc::clone(all) }
    }
}

impl Share {
    /// Charges for the bytes that a call holds now, instead of those before. `Err`: no room, and nothing has changed.
    pub(crate) fn recharge(&self, before: usize, now: usize) -> Result<(), Full> {
        match now.checked_sub(before) {
            Some(0) => Ok(()),
            Some(more) => self.take(more),
            None => {
                self.bytes.fetch_sub(before - now, Ordering::Relaxed);
                self.all.bytes.fetch_sub(before - now, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn take(&self, more: usize) -> Result<(), Full> {
        if !take(&self.bytes, more, self.all.share) {
            return Err(Full);
        }
        if !take(&self.all.bytes, more, self.all.max) {
            self.bytes.fetch_sub(more, Ordering::Relaxed);
            return Err(Full);
        }
        Ok(())
    }
}

fn take(bytes: &AtomicUsize, more: usize, max: usize) -> bool {
    let taken = |bytes: usize| bytes.checked_add(more).filter(|bytes| *bytes <= max);
    bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
}

impl Peer {
    pub(crate) fn new(all: Arc<Peers>, alive: TaskTrackerToken) -> Self {
        Self {
            unfinished: Share::of(&all.unfinished),
            unsent: Share::of(&all.unsent),
            ages: Ages::default(),
            was_full: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            read: AtomicUsize::new(0),
            is_known: AtomicBool::new(false),
            _alive: alive,
            all,
        }
    }

    /// The longest time for a message to arrive.
    pub(crate) fn body_timeout(&self) -> Duration {
        self.all.limits.body
    }

    /// The longest time for a handshake, a frame, or a block of headers to arrive.
    pub(crate) fn handshake_timeout(&self) -> Duration {
        self.all.limits.handshake
    }

    /// The longest time for which a response may wait without the peer taking any of it.
    pub(crate) fn send_timeout(&self) -> Duration {
        self.all.limits.send
    }

    /// Counts a panic of the body of a layer's response.
    pub(crate) fn has_panicked(&self) {
        self.all.panics.increment();
    }

    /// Counts bytes that the peer has taken.
    pub(crate) fn has_taken(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The bytes that the peer has taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether more may be read before the calls that have arrived are accepted.
    pub(crate) fn may_read(&self) -> bool {
        self.read.load(Ordering::Relaxed) < READ_AT_ONCE
    }

    /// Counts bytes that have been read from it.
    pub(crate) fn has_read(&self, bytes: usize) {
        self.read.store(self.read.load(Ordering::Relaxed) + bytes, Ordering::Relaxed);
    }

    /// Notes that all calls that had arrived are accepted. Returns whether reading had to wait for that.
    pub(crate) fn is_accepted(&self) -> bool {
        let had_to_wait = !self.may_read();
        self.read.store(0, Ordering::Relaxed);
        had_to_wait
    }

    /// Notes that its socket takes no more bytes for now.
    pub(crate) fn is_full(&self) {
        self.was_full.store(true, Ordering::Relaxed);
    }

    /// Begins a turn. Returns whether a response has waited for its window since the turn before the last. If the socket was
    /// full meanwhile, responses waited for that, and its own time limit holds.
    pub(crate) fn turn(&self) -> bool {
        let was_full = self.was_full.swap(false, Ordering::Relaxed);
        self.ages.turn() && !was_full
    }

    /// Whether one of its calls was Centrifugo's.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Relaxed)
    }

    /// Notes that one of its calls was Centrifugo's.
    pub(crate) fn make_known(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// Logs that the connection is closed because something that the peer has to send isn't complete in time.
    pub(crate) fn log_incomplete(&self, part: Part) {
        let (limit, what) = match part {
            Part::TlsHandshake => (&self.all.no_tls_handshake, "a connection had no complete TLS handshake"),
            Part::Handshake => (&self.all.no_handshake, "a connection had no complete HTTP/2 handshake"),
            Part::Frame => (&self.all.no_frame, "a connection had no complete frame or block of headers"),
        };
        limit.reached(format_args!("{what} in time, and was closed"));
    }

    /// The status of a call whose message doesn't arrive in time.
    pub(crate) fn too_late(&self) -> Status {
        let Peers { limits, too_late, .. } = &*self.all;
        let longest = limits.body;
        too_late.reached(format_args!("a call's message was not complete after {longest:?}, or at the call's own deadline"));
        Status::deadline_exceeded("the message was not complete in time")
    }

    /// The status of a call that there is no room for.
    pub(crate) fn too_much(&self) -> Status {
        let Peers { limits, too_much, .. } = &*self.all;
        too_much.reached(format_args!("incomplete messages hold {} bytes, so a call is refused", limits.unfinished));
        Status::resource_exhausted("too many messages are incomplete")
    }

    /// Logs that a call is reset because there is no room for its response.
    pub(crate) fn log_too_much_unsent(&self) {
        let Peers { limits, too_much_unsent, .. } = &*self.all;
        too_much_unsent.reached(format_args!(
            "responses that wait to be taken hold {} bytes, or a quarter of that on one connection, so a call is reset",
            limits.unsent
        ));
    }

    /// Logs that the peer takes nothing. `then`: the consequence.
    pub(crate) fn log_unsent_too_long(&self, then: &str) {
        let Peers { limits, unsent_too_long, .. } = &*self.all;
        unsent_too_long.reached(format_args!("a peer has taken nothing of a response for {:?}, so {then}", limits.send));
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::task::TaskTracker;

    use super::*;

    #[test]
    fn a_connection_has_a_share_of_the_memory_of_all() {
        let limits = Limits { unfinished: 1000, message_size: 10, ..Limits::default() };
        let peers = Arc::new(Peers::new(limits, Meter::default()));
        let all: Vec<_> = (0..5).map(|_| Peer::new(Arc::clone(&peers), TaskTracker::new().token())).collect();
        for peer in &all[..4] {
            assert_eq!(peer.unfinished.recharge(0, 250), Ok(()));
            assert_eq!(peer.unfinished.recharge(250, 251), Err(Full));
        }
        assert_eq!(all[4].unfinished.recharge(0, 1), Err(Full));
        assert_eq!(all[0].unfinished.recharge(250, 249), Ok(()));
        assert_eq!(all[4].unfinished.recharge(0, 1), Ok(()));
        assert_eq!(all[4].unfinished.recharge(1, 1), Ok(()));
    }

    #[test]
    fn one_message_always_has_room() {
        let limits = Limits { unfinished: 0, message_size: 10, ..Limits::default() };
        let peer = Peer::new(Arc::new(Peers::new(limits, Meter::default())), TaskTracker::new().token());
        assert!(peer.unfinished.recharge(0, 10).is_ok() && peer.unfinished.recharge(10, 11).is_err());
    }
}
