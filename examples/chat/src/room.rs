//! The chat's rooms.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A room. As a placeholder's type it parses the names of existing rooms only, so other channels match no handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    name: &'static str,
    about: &'static str,
    crew_only: bool,
}

impl Room {
    /// All rooms, in the order of the page's list.
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

/// Writes the room's name, as in its channel.
impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The error for a name that no room has.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSuchRoom;

impl FromStr for Room {
    type Err = NoSuchRoom;

    fn from_str(name: &str) -> Result<Self, NoSuchRoom> {
        Self::ALL.iter().copied().find(|room| room.name == name).ok_or(NoSuchRoom)
    }
}
