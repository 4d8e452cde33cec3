//! The crate under another name in the manifest, which one line names.

extern crate cf as centrifugo;

mod expanded;
