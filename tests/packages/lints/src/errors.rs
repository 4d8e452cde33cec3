//! Why a handler refuses.

use std::io;
use std::num::TryFromIntError;

/// Errors that clients receive, and internal ones.
#[derive(Debug, thiserror::Error, centrifugo::Reject)]
pub enum Refusal {
    /// Nobody came.
    #[error("nobody")]
    #[reject(disconnect(4501, "no name"))]
    Nobody,
    /// There are too many.
    #[error("more than {0}")]
    #[reject(429, "full")]
    Full(usize),
    /// It isn't their team.
    #[error("of team {team}")]
    #[reject(403, "another team")]
    Team {
        /// The team.
        team: u32,
    },
    /// A file can't be read.
    #[error("an internal failure")]
    #[reject(internal)]
    Io(#[from] io::Error),
    /// A number is too large.
    #[error("an internal failure")]
    #[reject(internal)]
    Number(#[from] TryFromIntError),
}
