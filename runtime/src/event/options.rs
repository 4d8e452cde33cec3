//! Options of an attribute that an event reads when a call arrives.

/// The options of a handler's attribute that matter when it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) ignore_case: bool,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
}

impl Options {
    pub(crate) const NONE: Self = Self { ignore_case: false, anyone: false, binary: false };
}
