//! Batches: several calls in one HTTP request.

use super::error::PublisherError;
use super::request::{Method, Request};

/// A batch of calls that go to Centrifugo in one HTTP request, made by [`Publisher::batch`](super::Publisher::batch).
///
/// ```no_run
/// # async fn run(publisher: centrifugo::Publisher) -> Result<(), centrifugo::PublisherError> {
/// let mut batch = publisher.batch();
/// let published = batch.add(publisher.publish("chat:lobby", "hi"))?;
/// let stats = batch.add(publisher.presence_stats("chat:lobby"))?;
/// batch.send().await?;
/// let (stats, published) = (stats.result()?, published.result()?);
/// println!("offset {}, {} users", published.offset, stats.num_users);
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

    /// Adds a call, and returns a handle that has its result once the batch is sent.
    ///
    /// # Errors
    ///
    /// [`PublisherError::Channel`], and [`PublisherError::Cent`] for data that can't be written as JSON. The call isn't
    /// added.
    pub fn add<M: Method>(&mut self, request: Request<M>) -> Result<cent::Pending<M::Result>, PublisherError> {
        Ok(request.into_method()?.add(&mut self.0))
    }

    /// Sends all calls at once. Centrifugo executes them one by one in their order, unless the batch is
    /// [parallel](super::Publisher::parallel_batch).
    ///
    /// # Errors
    ///
    /// [`cent::Error::BatchFailedCommands`] if some or all of the calls failed: each [`cent::Pending`] has the result of its
    /// call. With any other error, the whole batch failed.
    pub async fn send(self) -> Result<(), PublisherError> {
        match self.0.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(PublisherError::of("batch".to_owned(), error)),
        }
    }
}
