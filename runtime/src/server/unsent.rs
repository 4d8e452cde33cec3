//! Bytes of a response that HTTP/2 has not sent yet. The peer is charged for them until they leave, or are dropped.

use std::sync::Arc;

use bytes::{Buf, Bytes};

use crate::server::ages::{Age, Length};
use crate::server::peer::{Full, Peer, RESPONSE};

/// The memory of a connection's short responses that h2 may hold. Nearly every response is among them: it is passed to h2 at
/// once, without a look at the window. If the window is closed, it waits there, and `untaken.rs` has its time limit.
const SHORT: usize = 64 << 10;

/// Bytes for a DATA frame. h2 drops them when they are written, and when their call or their connection ends.
pub(crate) struct Unsent {
    bytes: Bytes,
    charge: Option<Charge>,
}

/// The memory that a peer is charged for until this is dropped.
struct Charge {
    peer: Arc<Peer>,
    bytes: usize,
    length: Length,
    age: Age,
}

impl Unsent {
    /// No bytes, at the end of a response.
    pub(crate) fn empty() -> Self {
        Self { bytes: Bytes::new(), charge: None }
    }

    /// The bytes, if the connection has room among its short responses. `Err`: it has none.
    pub(crate) fn short(bytes: Bytes, peer: &Arc<Peer>) -> Result<Self, Bytes> {
        let memory = bytes.len().saturating_add(RESPONSE);
        if memory > SHORT {
            return Err(bytes);
        }
        let charge = Charge::new(peer, memory, Length::Short);
        // If there is no room, this drops the charge again.
        if peer.ages.short() > SHORT {
            return Err(bytes);
        }
        Ok(Self { bytes, charge: Some(charge) })
    }

    /// The bytes, if the connection and the app have room for them.
    pub(crate) fn charged(bytes: Bytes, peer: &Arc<Peer>) -> Result<Self, Full> {
        let memory = bytes.len().saturating_add(RESPONSE);
        peer.unsent.recharge(0, memory)?;
        Ok(Self { bytes, charge: Some(Charge::new(peer, memory, Length::Long)) })
    }

    /// Splits off at most so many bytes of the beginning, with their part of the charge, to pass them to HTTP/2.
    pub(crate) fn split_to(&mut self, bytes: usize) -> Self {
        let mut part = if bytes >= self.bytes.len() {
            std::mem::replace(self, Self::empty())
        } else {
            let charge = self.charge.as_mut().map(|charge| charge.split_off(bytes));
            Self { bytes: self.bytes.split_to(bytes), charge }
        };
        if let Some(charge) = &mut part.charge
            && charge.age == Age::Timed
        {
            charge.renew();
        }
        part
    }

    /// Notes that a timer limits the time of these bytes, until they are split.
    pub(crate) fn set_timed(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.set_age(Age::Timed);
        }
    }
}

impl Charge {
    fn new(peer: &Arc<Peer>, bytes: usize, length: Length) -> Self {
        Self { age: peer.ages.add(length, bytes), peer: Arc::clone(peer), bytes, length }
    }

    fn split_off(&mut self, bytes: usize) -> Self {
        self.bytes -= bytes;
        Self { peer: Arc::clone(&self.peer), bytes, ..*self }
    }

    /// Begins the time limit again.
    fn renew(&mut self) {
        self.set_age(self.peer.ages.new_age());
    }

    fn set_age(&mut self, age: Age) {
        self.peer.ages.change(self.length, self.age, age, self.bytes);
        self.age = age;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.peer.ages.remove(self.length, self.age, self.bytes);
        if self.length == Length::Long {
            // Charging for less never fails.
            let _ = self.peer.unsent.recharge(self.bytes, 0);
        }
    }
}

impl Buf for Unsent {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, bytes: usize) {
        self.bytes.advance(bytes);
        // The peer has taken a part of it.
        if !self.bytes.is_empty()
            && let Some(charge) = &mut self.charge
        {
            charge.renew();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::observe::meter::Meter;
    use crate::server::Limits;
    use crate::server::peer::Peers;

    fn peer(unsent: usize) -> Arc<Peer> {
        let limits = Limits { unsent, message_size: 0, ..Limits::default() };
        Arc::new(Peer::new(Arc::new(Peers::new(limits, Meter::default())), TaskTracker::new().token()))
    }

    #[test]
    fn short_responses_hold_a_limited_memory_until_they_are_sent() {
        let peer = peer(0);
        let short = || Unsent::short(Bytes::from_static(&[0; 1 << 10]), &peer);
        let held: Vec<_> = std::iter::from_fn(|| short().ok()).collect();
        assert_eq!(held.len(), SHORT / (RESPONSE + (1 << 10)));
        assert!(Unsent::short(Bytes::new(), &peer).is_err());
        drop(held);
        assert!(short().is_ok() && Unsent::short(Bytes::from(vec![0; SHORT]), &peer).is_err());
        assert_eq!(peer.ages.short(), 0);
    }

    #[test]
    fn bytes_are_late_unless_a_part_is_taken_or_they_are_timed() {
        let peer = peer(1 << 20);
        for unsent in [
            |peer: &_| Unsent::short(Bytes::from_static(b"0123456789"), peer).unwrap(),
            |peer: &_| Unsent::charged(Bytes::from_static(b"0123456789"), peer).unwrap(),
        ] {
            let mut bytes = unsent(&peer);
            for _ in 0..3 {
                assert!(!peer.turn());
                bytes.advance(1);
            }
            bytes.set_timed();
            assert!(!peer.turn() && !peer.turn() && !peer.turn());
            let _part = bytes.split_to(4);
            assert!(!peer.turn() && peer.turn());
        }
    }

    #[test]
    fn bytes_that_wait_for_a_full_socket_are_not_late() {
        let peer = peer(0);
        let _bytes = Unsent::short(Bytes::from_static(b"0123456789"), &peer).unwrap();
        for _ in 0..3 {
            peer.is_full();
            assert!(!peer.turn());
        }
        assert!(peer.turn());
    }

    #[test]
    fn each_part_of_a_response_gives_its_room_back() {
        let peer = peer(4 * (RESPONSE + 10));
        let charged = || Unsent::charged(Bytes::from_static(b"0123456789"), &peer);
        let mut whole = charged().unwrap();
        let part = whole.split_to(4);
        assert_eq!((part.chunk(), whole.chunk()), (&b"0123"[..], &b"456789"[..]));
        assert!(charged().is_err());
        drop(part);
        assert!(charged().is_err());
        assert_eq!(whole.split_to(100).remaining(), 6);
        assert_eq!(whole.remaining(), 0);
        assert!(charged().is_ok());
    }
}
