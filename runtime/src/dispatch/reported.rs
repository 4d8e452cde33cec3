//! The publications of an open stream, with reports of its failures.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};

use futures_util::stream::{BoxStream, Stream, StreamExt};

use crate::dispatch::call_record::CallRecord;
use crate::reject::Reject;
use crate::reject::guard::guard;
use crate::reply::publication::Publication;

/// The function that encodes a publication. The flag states whether the client speaks JSON, and the number is the longest
/// message, in bytes.
type EncodeFn<T> = fn(Publication, bool, usize) -> Result<T, Reject>;

/// The stream that the app's handler returned.
pub(super) type Publications = BoxStream<'static, Result<Publication, Reject>>;

/// An open stream's publications, each as `encode` returns it. Reports the first failure, then ends.
pub(crate) struct Reported<T> {
    /// `None` once the stream has ended.
    publications: Option<Publications>,
    /// The client speaks JSON.
    json: bool,
    /// The longest message, in bytes.
    max: usize,
    record: CallRecord,
    encode: EncodeFn<T>,
}

impl<T> Reported<T> {
    pub(crate) fn new(publications: Publications, json: bool, max: usize, record: CallRecord, encode: EncodeFn<T>) -> Self {
        Self { publications: Some(publications), json, max, record, encode }
    }

    /// Polls the app's stream. All code of the app runs in the guard: the stream, and destructors of payloads and errors.
    fn poll_publication(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Reject>>> {
        let Some(publications) = &mut self.publications else { return Poll::Ready(None) };
        let (json, max, encode) = (self.json, self.max, self.encode);
        let polled = guard(|| {
            let publication = task::ready!(publications.poll_next_unpin(context));
            Poll::Ready(publication.map(|publication| encode(publication?, json, max)))
        });
        polled.unwrap_or_else(|panic| Poll::Ready(Some(Err(panic))))
    }

    /// Drops the app's stream. `Err`: it panicked.
    fn end(&mut self) -> Result<(), Reject> {
        let publications = self.publications.take();
        guard(|| drop(publications))
    }

    fn report(&self, reject: Reject) -> Arc<Reject> {
        let reject = Arc::new(reject);
        if reject.is_internal() {
            self.record.failed(Arc::clone(&reject), "; the stream ends");
        } else {
            self.record.refused(&reject);
        }
        reject
    }
}

impl<T> Stream for Reported<T> {
    type Item = Result<T, Arc<Reject>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let failure = match task::ready!(self.poll_publication(context)) {
            Some(Ok(publication)) => return Poll::Ready(Some(Ok(publication))),
            Some(Err(reject)) => Some(self.report(reject)),
            None => None,
        };
        let dropped = self.end().err().map(|panic| self.report(panic));
        Poll::Ready(failure.or(dropped).map(Err))
    }
}

impl<T> Drop for Reported<T> {
    fn drop(&mut self) {
        if let Err(panic) = self.end() {
            self.report(panic);
        }
    }
}
