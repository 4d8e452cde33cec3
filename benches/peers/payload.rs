//! The data of a connect and of its reply, the same for all peers in Rust.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Auth {
    pub(crate) token: String,
}

#[derive(Serialize)]
pub(crate) struct Welcome {
    pub(crate) a: u32,
}
