//! Locations in the app's source, for reports.

use std::fmt;
use std::panic;

/// The location of a handler in the source: its path, file and line.
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

    /// The function's path, with its module's.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The source file.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line, counted from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.path, self.file, self.line)
    }
}
