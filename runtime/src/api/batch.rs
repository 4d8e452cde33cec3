//! Several calls in one.

use super::error::PublisherError;
use super::request::{Method, Request};

/// Calls that go to Centrifugo in one HTTP request, made by [`Publisher::batch`](super::Publisher::batch).
///
/// ```no_run
/// # async fn run(publisher: centrifugo::Publisher) -> Result<(), centrifugo::PublisherError> {
/// let mut batch = publisher.batch();
/// let said = batch.add(publisher.publish("chat:lobby", "hi"))?;
/// let stats = batch.add(publisher.presence_stats("chat:lobby"))?;
/// batch.send().await?;
/// println!("{} saw number {}", stats.result()?.num_users, said.result()?.offset);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch(cent::Batch);

impl Batch {
    pub(crate) fn new(client: &cent::Client, options: cent::BatchOptions) -> Self {
        Self(client.new_batch(options))
    }

    /// Adds a call. What comes of it is in [`cent::Pending`], once the batch is sent.
    ///
    /// # Errors
    ///
    /// [`PublisherError::Channel`], and data that can't be JSON: the call isn't added.
    pub fn add<M: Method>(&mut self, request: Request<M>) -> Result<cent::Pending<M::Result>, PublisherError> {
        Ok(request.into_method()?.add(&mut self.0))
    }

    /// Sends all calls at once. They are carried out one by one in their order, unless the batch is
    /// [parallel](super::Publisher::parallel_batch).
    ///
    /// # Errors
    ///
    /// [`cent::Error::BatchFailedCommands`] if some of them failed, up to all: each [`cent::Pending`] has its own outcome.
    /// Anything else failed the batch as a whole.
    pub async fn send(self) -> Result<(), PublisherError> {
        match self.0.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(PublisherError::of("batch".to_owned(), error)),
        }
    }
}
