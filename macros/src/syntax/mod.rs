//! Helpers of all attributes for reading and writing Rust.

pub(crate) mod arguments;
pub(crate) mod compiler;
pub(crate) mod deprecated;
pub(crate) mod errors;
pub(crate) mod fallback;
pub(crate) mod function;
pub(crate) mod groups;
pub(crate) mod option_type;
pub(crate) mod pattern_argument;
pub(crate) mod pattern_lit;
pub(crate) mod registered;
pub(crate) mod signature;
pub(crate) mod span;
pub(crate) mod text;
pub(crate) mod unnamed_const;
