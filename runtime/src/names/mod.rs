//! Who and where: ids, users, channels and keys.

pub(crate) mod channel;
pub mod constants;
pub(crate) mod id;
pub(crate) mod location;
pub(crate) mod spelling;
pub(crate) mod values;
