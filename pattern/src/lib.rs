#![doc = include_str!("../README.md")]
//!
//! Modules import downwards only: `router`, `tree` and `edges` find, `parse` and `rules` read and check, `compiled` matches,
//! and all rest on `pattern` and `error`, which rest on `names`, `codes`, `suggest` and `drawing`. `duration` and
//! `nearest` stand alone.

pub mod codes;
mod compiled;
mod drawing;
pub mod duration;
mod edges;
mod error;
mod habits;
mod names;
mod nearest;
mod parse;
mod pattern;
mod router;
mod rules;
mod suggest;
mod tree;

pub use compiled::Values;
pub use drawing::underlined;
pub use error::{Error, ErrorKind};
pub use names::{MAX_CHANNEL, NAMESPACE_RULE, is_namespace, is_valid_value};
pub use nearest::nearest;
pub use pattern::{Namespace, Pattern, Placeholder, Segment};
pub use router::{Conflict, Match, Router};
pub use rules::Place;
