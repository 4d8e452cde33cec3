//! Tests of the centrifugo crate against the real Centrifugo and its clients.
