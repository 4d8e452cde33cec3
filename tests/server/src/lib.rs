#![doc = include_str!("../README.md")]

mod binary;
mod build;
mod cache;
mod centrifugo;
mod error;
mod launch;
mod port;
mod watch;

pub use centrifugo::Centrifugo;
pub use error::Error;
pub use launch::default_config;

/// The version of Centrifugo that is built where none is found.
pub const VERSION: &str = "6.9.1";
