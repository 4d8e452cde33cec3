//! The outcome of a call, and its assertions.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::request::TestEvent;
use crate::dispatch::reported::Reported;
use crate::reject::Reject;
use crate::reject::disconnect::Disconnect;
use crate::reject::error_reply::ErrorReply;
use crate::wire::{ConnectResult, Publication, RpcResult, SubscribeResult};

/// The outcome of a call: a reply, an error reply, a disconnect, or an internal failure. Its `Debug` form shows which, with
/// all details.
pub struct Outcome<E: TestEvent>(Result<E::Result, Arc<Reject>>);

impl<E: TestEvent> Outcome<E> {
    pub(super) fn replied(result: E::Result) -> Self {
        Self(Ok(result))
    }

    pub(super) fn rejected(reject: Arc<Reject>) -> Self {
        Self(Err(reject))
    }

    /// Whether the call was answered with a reply: for subscribe and publish, whether they are allowed.
    pub fn is_reply(&self) -> bool {
        self.0.is_ok()
    }

    /// The reply, as Centrifugo reads it.
    ///
    /// # Panics
    ///
    /// If the call was refused or failed; the message has the outcome.
    #[track_caller]
    pub fn reply(&self) -> &E::Result {
        match &self.0 {
            Ok(result) => result,
            Err(_) => panic!("no reply: {self:?}"),
        }
    }

    /// The reply by value, as Centrifugo reads it.
    ///
    /// # Panics
    ///
    /// As [`reply`](Self::reply).
    #[track_caller]
    pub fn into_reply(self) -> E::Result {
        match self.0 {
            Ok(result) => result,
            Err(reject) => panic!("no reply: {reject:?}"),
        }
    }

    /// The refusal or the internal failure, if there is no reply.
    pub fn reject(&self) -> Option<&Reject> {
        self.0.as_ref().err().map(Arc::as_ref)
    }

    /// The error reply.
    ///
    /// # Panics
    ///
    /// If the outcome is something else; the message has the outcome.
    #[track_caller]
    pub fn error(&self) -> &ErrorReply {
        match self.reject().and_then(Reject::error) {
            Some(error) => error,
            None => panic!("no error reply: {self:?}"),
        }
    }

    /// The disconnect.
    ///
    /// # Panics
    ///
    /// If the outcome is something else; the message has the outcome.
    #[track_caller]
    pub fn disconnect(&self) -> &Disconnect {
        match self.reject().and_then(Reject::disconnect) {
            Some(disconnect) => disconnect,
            None => panic!("no disconnect: {self:?}"),
        }
    }

    /// The text of the internal failure, as it is logged.
    ///
    /// # Panics
    ///
    /// If the outcome is something else; the message has the outcome.
    #[track_caller]
    pub fn failure(&self) -> String {
        match self.reject() {
            Some(reject) if reject.is_internal() => reject.to_string(),
            _ => panic!("no failure: {self:?}"),
        }
    }
}

impl<E: TestEvent<Result: Reply>> Outcome<E> {
    /// The data that the client receives, parsed as JSON.
    ///
    /// # Panics
    ///
    /// If there is no reply, or its data doesn't fit `T`; the message says why.
    #[track_caller]
    pub fn data<T: DeserializeOwned>(&self) -> T {
        let data = self.reply().data();
        serde_json::from_slice(data).unwrap_or_else(|error| panic!("the data doesn't fit: {error}: {self:?}"))
    }
}

impl<E: TestEvent> fmt::Debug for Outcome<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(result) => f.debug_tuple("Reply").field(result).finish(),
            Err(reject) => match (reject.error(), reject.disconnect()) {
                (Some(error), _) => f.debug_tuple("Error").field(error).finish(),
                (_, Some(disconnect)) => f.debug_tuple("Disconnect").field(disconnect).finish(),
                _ => f.debug_tuple("Failure").field(&format_args!("{reject}")).finish(),
            },
        }
    }
}

/// A reply that has data for the client.
pub trait Reply {
    /// The data.
    fn data(&self) -> &Bytes;
}

macro_rules! with_data {
    ($($result:ty),*) => {$(
        impl Reply for $result {
            fn data(&self) -> &Bytes {
                &self.data
            }
        }
    )*};
}

with_data!(ConnectResult, RpcResult, SubscribeResult);

impl Reply for Opened {
    fn data(&self) -> &Bytes {
        &self.result.data
    }
}

/// A stream that the app has opened.
pub struct Opened {
    /// The reply to the subscription.
    pub result: SubscribeResult,
    pub(super) publications: Reported<Publication>,
}

impl Opened {
    /// The next publication, parsed as JSON; `None` at the stream's end.
    ///
    /// # Errors
    ///
    /// The stream's failure, which may be a panic. It has been logged, and the error handler has received it.
    ///
    /// # Panics
    ///
    /// If the publication doesn't fit `T`.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Arc<Reject>> {
        let publication = self.next_publication().await?;
        Ok(publication.map(|publication| {
            serde_json::from_slice(&publication.data)
                .unwrap_or_else(|error| panic!("the publication doesn't fit: {error}: {publication:?}"))
        }))
    }

    /// The next publication with its tags; `None` at the stream's end.
    ///
    /// # Errors
    ///
    /// The stream's failure, which may be a panic. It has been logged, and the error handler has received it.
    pub async fn next_publication(&mut self) -> Result<Option<Publication>, Arc<Reject>> {
        self.publications.next().await.transpose()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("result", &self.result).finish_non_exhaustive()
    }
}
