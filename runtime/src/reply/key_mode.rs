//! The condition under which a key of a map channel is set.

/// The condition under which a key is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeyMode {
    /// Always.
    #[default]
    Replace,
    /// Only if the key isn't there.
    IfNew,
    /// Only if the key is there.
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
