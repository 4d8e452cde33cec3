//! The attribute macros of the `centrifugo` crate; use them through it.
