//! A chat: the main example of the centrifugo crate.
