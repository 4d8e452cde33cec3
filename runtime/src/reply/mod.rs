//! The parts of replies: payloads, publications, expiries, options of subscriptions.

pub(crate) mod capability;
pub(crate) mod expiry;
pub(crate) mod filter;
pub(crate) mod json;
pub(crate) mod key_mode;
pub(crate) mod payload;
#[cfg(feature = "poll-signatures")]
pub(crate) mod poll_signer;
pub(crate) mod publication;
pub(crate) mod subscription;
pub(crate) mod typed;
