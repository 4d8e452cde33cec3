//! Typed channels.

use serde::{Deserialize, Serialize};

/// A message in a room.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    /// The text.
    pub text: String,
}

/// A team's room.
#[centrifugo::channel("team:<team>:<room>", data = Message)]
pub struct Room {
    /// The team.
    pub team: u32,
    /// The room.
    pub room: String,
}

/// A room of its own.
#[centrifugo::channel("lobby.<name>[.<page>]", lenient)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lobby {
    /// Its name.
    pub name: String,
    /// Its page.
    pub page: Option<u32>,
}
