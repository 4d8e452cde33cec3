//! The condition under which a key of a map channel is set.

/// The condition under which a key is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeyMode {
    /// Sets the key in any case.
    #[default]
    Replace,
    /// Sets the key only if it doesn't exist.
    IfNew,
    /// Sets the key only if it exists.
    IfExists,
}

impl KeyMode {
    /// The name in the protocol.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Replace => "",
            Self::IfNew => "if_new",
            Self::IfExists => "if_exists",
        }
    }
}
