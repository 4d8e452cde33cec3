//! The crate behind another one that re-exports it, which one line names.

extern crate centrifugo_facade as centrifugo;

mod expanded;
