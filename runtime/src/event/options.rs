//! Options of handlers that events read during a call.

/// The options of a handler's attribute that matter during a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
}

impl Options {
    pub(crate) const NONE: Self = Self { ignore_case: false, anyone: false, binary: false };
}
