//! Places in the source, as reports name them.

use std::fmt;
use std::panic;

/// Where a handler stands: its path, file and line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    path: &'static str,
    file: &'static str,
    line: u32,
}

impl Location {
    #[track_caller]
    pub(crate) const fn of_caller(path: &'static str) -> Self {
        let caller = panic::Location::caller();
        Self { path, file: caller.file(), line: caller.line() }
    }

    /// The function, with its module's path.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The file.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.path, self.file, self.line)
    }
}
