//! A member of the hub: the part of a connection that others reach.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::roster::Numbered;
use super::{Order, Outbox, lock};
use crate::codec::{Close, Encoded, Format};
use crate::proto::client::ClientInfo;

/// A connection, as far as others need it. Its owner, the connection's task, does what others order.
pub(crate) struct Member {
    /// A UUID of version 4.
    pub(crate) id: Arc<str>,
    /// Empty: anonymous.
    pub(crate) user: Arc<str>,
    pub(crate) format: Format,
    pub(crate) outbox: Arc<Outbox>,
    number: u64,
    is_gone: AtomicBool,
    orders: mpsc::UnboundedSender<Order>,
    /// Copies: what a message has is a slice of its whole buffer.
    conn_info: Mutex<Bytes>,
}

impl Member {
    /// A member and the orders that its owner does.
    pub(crate) fn new(
        id: impl Into<Arc<str>>,
        user: impl Into<Arc<str>>,
        format: Format,
        outbox: Arc<Outbox>,
        conn_info: &[u8],
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Order>) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (orders, receiver) = mpsc::unbounded_channel();
        let member = Self {
            id: id.into(),
            user: user.into(),
            format,
            outbox,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            is_gone: AtomicBool::new(false),
            orders,
            conn_info: Mutex::new(Bytes::copy_from_slice(conn_info)),
        };
        (Arc::new(member), receiver)
    }

    /// Orders something of the owner. `false`: the owner is gone.
    pub(crate) fn order(&self, order: Order) -> bool {
        self.orders.send(order).is_ok()
    }

    pub(crate) fn conn_info(&self) -> Bytes {
        lock(&self.conn_info).clone()
    }

    /// Replaces what joins, leaves and publications show of the connection, and presence where it isn't
    /// [kept](super::Hub::keep_presence).
    pub(crate) fn set_conn_info(&self, conn_info: &[u8]) {
        *lock(&self.conn_info) = Bytes::copy_from_slice(conn_info);
    }

    /// Queues a message that others receive as well.
    pub(crate) fn send(&self, message: &Encoded) {
        match message.get(self.format) {
            Ok(message) => self.outbox.push(message),
            Err(_) => self.outbox.close(Close::INAPPROPRIATE_PROTOCOL),
        }
    }

    /// What the hub finds the member by.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Set before the member is unsubscribed from its channels, whose locks order it with any late subscription.
    pub(super) fn set_gone(&self) {
        self.is_gone.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    pub(super) fn info(&self, chan_info: Bytes) -> ClientInfo {
        ClientInfo { user: self.user.to_string(), client: self.id.to_string(), conn_info: self.conn_info(), chan_info }
    }
}

impl Numbered for Arc<Member> {
    fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}
