//! The times of a connection: pings, pongs, the presence update, expiry, and the limits before a client has connected.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::codec::Close;
use crate::config::options::ClientOptions;
use crate::proto::client::Reply;
use crate::unix_time::now_ms;

use super::reply::queue;
use super::socket::Socket;
use super::{Connection, End, Phase};

/// The time after which a client that could not connect is cut off, unless it closes the connection itself.
const CUT_AFTER: Duration = Duration::from_secs(5);

/// The interval of pings that are frames of WebSocket, and the time of their pongs, where the others are off.
const FRAME_PING_INTERVAL: Duration = Duration::from_secs(25);
const FRAME_PONG_TIMEOUT: Duration = Duration::from_secs(10);

/// A time that never comes while it is looked at.
const FAR: Duration = Duration::from_secs(24 * 3600);

/// What a connection waits for.
pub(super) struct Timers {
    ping_interval: Option<Duration>,
    pong_timeout: Option<Duration>,
    presence_interval: Duration,
    has_native_pings: bool,
    /// A client that has not connected by then is closed.
    stale_at: Option<Instant>,
    /// A client that could not connect is cut off.
    cut_at: Option<Instant>,
    ping_at: Option<Instant>,
    pong_by: Option<Instant>,
    /// Whether a ping has no pong yet.
    awaits_pong: bool,
    presence_at: Option<Instant>,
    expiry_at: Option<Instant>,
    /// When the client is closed because the server stops.
    shutdown_at: Option<Instant>,
}

/// What a time has come for.
enum Due {
    Stale,
    Cut,
    Ping,
    NoPong,
    Presence,
    Expiry,
    Shutdown,
}

impl Timers {
    pub(super) fn new(options: &ClientOptions, has_native_pings: bool) -> Self {
        let native = |time: Option<Duration>, default| if has_native_pings { time.or(Some(default)) } else { time };
        let mut timers = Self {
            ping_interval: native(options.ping_interval, FRAME_PING_INTERVAL),
            pong_timeout: native(options.pong_timeout, FRAME_PONG_TIMEOUT),
            presence_interval: options.presence_update_interval,
            has_native_pings,
            stale_at: Some(Instant::now() + options.stale_close_delay),
            cut_at: None,
            ping_at: None,
            pong_by: None,
            awaits_pong: false,
            presence_at: None,
            expiry_at: None,
            shutdown_at: None,
        };
        if has_native_pings {
            timers.ping_at = timers.ping_interval.map(|interval| Instant::now() + interval);
            timers.expect_native_ping();
        }
        timers
    }

    /// The client has to be alive within the next interval, and the time of a pong after that.
    fn expect_native_ping(&mut self) {
        let wait = self.ping_interval.unwrap_or_default() + self.pong_timeout.unwrap_or_default();
        self.pong_by = Some(Instant::now() + wait);
    }

    /// The interval of pings that the connect reply announces, in seconds. 0: there are none.
    pub(super) fn announced_ping(&self) -> u32 {
        let interval = self.ping_interval.filter(|_| !self.has_native_pings);
        interval.map_or(0, |interval| u32::try_from(interval.as_secs()).unwrap_or(u32::MAX))
    }

    /// Whether the connect reply requires pongs.
    pub(super) fn announces_pongs(&self) -> bool {
        self.ping_interval.is_some() && self.pong_timeout.is_some() && !self.has_native_pings
    }

    /// Begins pings and presence updates, at a random point of their interval: clients that have come at once don't do
    /// everything at once.
    pub(super) fn has_connected(&mut self) {
        self.stale_at = None;
        if !self.has_native_pings {
            self.ping_at = self.ping_interval.map(first);
        }
        self.presence_at = Some(first(self.presence_interval));
    }

    pub(super) fn connect_has_failed(&mut self) {
        self.cut_at = Some(Instant::now() + CUT_AFTER);
    }

    pub(super) fn shut_down_in(&mut self, wait: Duration) {
        self.shutdown_at = Some(Instant::now() + wait);
    }

    /// The next time, or that of the frame that is being written.
    pub(super) fn next(&self, write_deadline: Option<Instant>) -> Instant {
        let of_life = [self.stale_at, self.cut_at, self.shutdown_at, self.ping_at, self.pong_by];
        let times = of_life.into_iter().chain([self.presence_at, self.expiry_at, write_deadline]);
        times.flatten().min().unwrap_or_else(|| Instant::now() + FAR)
    }

    /// Takes one time that has come, and sets its next one.
    fn due(&mut self) -> Option<Due> {
        let now = Instant::now();
        let has_come = |time: &mut Instant| *time <= now;
        if self.stale_at.take_if(has_come).is_some() {
            return Some(Due::Stale);
        }
        if self.cut_at.take_if(has_come).is_some() {
            return Some(Due::Cut);
        }
        if self.pong_by.take_if(has_come).is_some() && (self.awaits_pong || self.has_native_pings) {
            return Some(Due::NoPong);
        }
        if self.shutdown_at.take_if(has_come).is_some() {
            return Some(Due::Shutdown);
        }
        if self.expiry_at.take_if(has_come).is_some() {
            return Some(Due::Expiry);
        }
        if self.ping_at.take_if(has_come).is_some() {
            self.ping_at = self.ping_interval.map(|interval| now + interval);
            self.pong_by = self.pong_timeout.map(|timeout| now + timeout);
            self.awaits_pong = !self.has_native_pings;
            return Some(Due::Ping);
        }
        if self.presence_at.take_if(has_come).is_some() {
            self.presence_at = Some(now + self.presence_interval);
            return Some(Due::Presence);
        }
        None
    }
}

/// A random point in the second half of the interval.
fn first(interval: Duration) -> Instant {
    Instant::now() + interval / 2 + interval.mul_f64(fastrand::f64() / 2.0)
}

impl Connection {
    /// Does what the time has come for.
    pub(super) fn tick<S: AsyncRead + AsyncWrite + Unpin>(&mut self, socket: &mut Socket<S>) -> Option<End> {
        if socket.write_deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            self.engine.log.info("closing a connection: a write has taken longer than `websocket.write_timeout`");
            return Some(End::Gone);
        }
        while let Some(due) = self.timers.due() {
            match due {
                Due::Stale => self.close(Close::STALE),
                Due::Cut => return Some(End::Gone),
                Due::NoPong if self.timers.has_native_pings => return Some(End::Gone),
                Due::NoPong => self.close(Close::NO_PONG),
                Due::Shutdown => self.close(Close::SHUTDOWN),
                Due::Ping if self.timers.has_native_pings => socket.ping(),
                Due::Ping => self.ping(),
                Due::Presence => {
                    self.update_presence();
                    self.check_subscriptions();
                    self.check_positions();
                }
                Due::Expiry => self.expire(),
            }
        }
        None
    }

    fn ping(&mut self) {
        queue(self.format, &self.outbox, &Reply::default());
    }

    /// Notes a pong. One without a ping closes the connection.
    pub(super) fn pong(&mut self) {
        if !self.timers.awaits_pong {
            self.close(Close::BAD_REQUEST);
        }
        self.timers.awaits_pong = false;
    }

    /// A pong frame of WebSocket, which a client may send at any time.
    pub(super) fn native_pong(&mut self) {
        if self.timers.has_native_pings {
            self.timers.expect_native_ping();
        }
    }

    /// Notes when the connection expires, with a time of grace.
    pub(super) fn schedule_expiry(&mut self, expire_at: i64, grace: Duration) {
        let is_connected = matches!(self.phase, Phase::Connected(_));
        self.timers.expiry_at = (expire_at > 0 && is_connected).then(|| {
            let left = u64::try_from(expire_at.saturating_mul(1000).saturating_sub(now_ms())).unwrap_or_default();
            Instant::now() + Duration::from_millis(left) + grace
        });
    }
}
