//! The rooms there are.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A room. As a placeholder's type it takes the names of rooms that exist, so channels of others have no handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    name: &'static str,
    about: &'static str,
    crew_only: bool,
}

impl Room {
    /// All of them, in the order in which the page lists them.
    pub const ALL: &[Self] = &[
        Self { name: "lobby", about: "Everybody starts here", crew_only: false },
        Self { name: "rust", about: "Borrowed, then returned", crew_only: false },
        Self { name: "garden", about: "Slow talk, long shadows", crew_only: false },
        Self { name: "bridge", about: "For the crew", crew_only: true },
    ];

    /// Whether only the crew may enter.
    pub fn is_crew_only(self) -> bool {
        self.crew_only
    }
}

/// As in its channel's name.
impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// There is no such room.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSuchRoom;

impl FromStr for Room {
    type Err = NoSuchRoom;

    fn from_str(name: &str) -> Result<Self, NoSuchRoom> {
        Self::ALL.iter().copied().find(|room| room.name == name).ok_or(NoSuchRoom)
    }
}
