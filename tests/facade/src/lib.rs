//! A crate that re-exports the whole of another one, as companies have it.

pub use cf::*;
