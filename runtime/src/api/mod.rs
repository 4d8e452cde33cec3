#![doc = include_str!("../../docs/api.md")]

mod batch;
mod error;
mod extract;
mod publisher;
mod request;
#[cfg(feature = "standalone")]
mod route;

pub use cent;
pub use cent::token;

pub use crate::names::channel_data::DataOf;
pub use batch::Batch;
pub use error::PublisherError;
pub use publisher::Publisher;
pub use request::{Method, Request};
