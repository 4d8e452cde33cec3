//! The names that calls are about: users, connections, channels and keys; and how they are read and written.

pub(crate) mod channel;
pub(crate) mod channel_data;
pub mod constants;
pub(crate) mod id;
pub(crate) mod location;
pub(crate) mod spelling;
pub(crate) mod typed;
pub(crate) mod values;
