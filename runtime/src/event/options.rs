//! Options of handlers that events read during a call.

use std::time::Duration;

/// The options of a handler's attribute that matter during a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
    /// The longest time of a call. `None`: the app's, or the caller's.
    pub(crate) timeout: Option<Duration>,
}

impl Options {
    pub(crate) const NONE: Self = Self { ignore_case: false, anyone: false, binary: false, timeout: None };
}
