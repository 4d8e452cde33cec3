#![doc = include_str!("../README.md")]

mod code;
mod edges;
mod error;
mod habits;
mod parse;
mod pattern;
mod router;
mod rules;
mod tree;
mod values;

pub use error::{Error, ErrorKind};
pub use pattern::{Namespace, Pattern, Placeholder, Segment};
pub use router::{Conflict, Match, Router};
pub use rules::{Place, is_namespace};
pub use values::{Values, is_valid_value};
