//! The value that an rpc handler has returned, as a reply.
//!
//! `()` has the inherent method of [`ReturnedRpc`]: for serde it is JSON's `null`, but here it is a reply without data. Any
//! other value gets [`RpcData`].

use crate::event::{RpcReply, answers};
use crate::reject::Reject;

/// A value that an rpc handler has returned.
pub struct ReturnedRpc<T>(pub Result<T, Reject>);

impl ReturnedRpc<()> {
    /// Makes a reply without data.
    pub fn __reply(self) -> Result<RpcReply, Reject> {
        self.0.map(|()| RpcReply::empty())
    }
}

/// A value with data. The bound is on the method, so that a type which can't be a reply gets the message of
/// [`answers::Rpc`].
pub trait RpcData {
    /// The type of the value.
    type Value;
    /// Converts the value to a reply.
    fn __reply<By>(self) -> Result<RpcReply, Reject>
    where
        Self::Value: answers::Rpc<By>;
}

impl<T> RpcData for ReturnedRpc<T> {
    type Value = T;

    #[inline(always)]
    fn __reply<By>(self) -> Result<RpcReply, Reject>
    where
        T: answers::Rpc<By>,
    {
        T::reply(self.0)
    }
}
