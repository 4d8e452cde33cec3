//! Streams: publications that the app makes for one client, and takes from it.

mod bidirectional;
mod client;
mod unidirectional;
mod unread;
