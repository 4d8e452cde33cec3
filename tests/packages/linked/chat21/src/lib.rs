//! A library whose name is the binary's and the test's. All of them claim the same.
//!
//! ```
//! #[centrifugo::rpc("ping/<id>")]
//! async fn ping(id: u64) -> u64 {
//!     id
//! }
//!
//! assert!(centrifugo::App::new().into_service().is_ok());
//! ```

#[centrifugo::rpc("ping/<id>")]
async fn ping(id: u64) -> u64 {
    id
}

#[centrifugo::error_handler]
async fn report(failure: centrifugo::Failure) {
    drop(failure);
}

/// Channels, used elsewhere as well.
pub mod channels {
    /// A user's own channel.
    #[centrifugo::channel("user.<id>")]
    pub struct User {
        /// Whose it is.
        pub id: u64,
    }
}

#[centrifugo::topic(channels::User)]
async fn own(user: channels::User) -> bool {
    user.id == 7
}

/// Handlers may stand in functions, too.
pub fn linked() {
    #[centrifugo::rpc("pong")]
    async fn pong() {}
}
