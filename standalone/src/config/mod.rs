//! Centrifugo's configuration: the options that the engine honours, and the refusal of every other one.
//!
//! `table` lists all keys of Centrifugo, with what becomes of each. `check` compares a configuration with it; `parse` makes
//! options of it, which it reads through `source`, by the table's names and defaults.

mod check;
pub(crate) mod error;
mod go_regex;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod overrides;
mod parse;
pub(crate) mod paths;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod value;
