//! Small runnable examples of the centrifugo crate.
