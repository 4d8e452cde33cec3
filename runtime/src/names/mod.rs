//! The names that calls are about: users, connections, channels and keys; and how they are read and written.

pub(crate) mod attribute_type;
pub(crate) mod channel;
pub(crate) mod channel_data;
pub mod constants;
pub(crate) mod field;
pub(crate) mod id;
pub(crate) mod location;
pub(crate) mod placeholder;
pub(crate) mod required;
pub(crate) mod spelling;
pub(crate) mod typed;
pub(crate) mod values;
