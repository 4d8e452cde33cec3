//! Frames of the client protocol, in JSON and Protobuf.
//!
//! | file | content |
//! |---|---|
//! | `format` | both formats: a frame becomes commands, a reply a message, messages a frame |
//! | `json` | JSON: one table of the messages' fields, read by `json/read.rs` and written by `json/write.rs` |
//! | `protobuf` | Protobuf: prost's, and what centrifuge-js needs beyond |
//! | `encoded` | a reply for many clients, encoded at most once for each format |
//! | `codes` | the codes of errors, closes and unsubscribes |

mod codes;
mod encoded;
mod format;
mod json;
mod protobuf;
#[cfg(test)]
mod tests;

pub(crate) use codes::{Close, ErrorCode, Unsubscribed};
pub(crate) use encoded::Encoded;
pub(crate) use format::{Commands, Format};
