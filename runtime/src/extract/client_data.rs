//! The check that a handler of a typed channel takes the data that the channel's clients send.
//!
//! [`Data`] and [`Publications`] have the inherent methods of [`ExtractorOf`], which require that. Any other extractor, and
//! the subscription's data in a handler of streams, gets [`OtherExtractor`].

use std::marker::PhantomData;

use crate::extract::{Data, Publications};
use crate::names::channel_data::Receives;
use crate::reject::Reject;

/// The type of an extractor of a handler with a typed channel.
pub struct ExtractorOf<T>(PhantomData<fn() -> T>);

impl<T> ExtractorOf<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> ExtractorOf<Data<T>> {
    /// Requires that clients publish `T` to the channel `C`.
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> ExtractorOf<Option<Data<T>>> {
    /// Requires that clients publish `T` to the channel `C`.
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> ExtractorOf<Result<Data<T>, Reject>> {
    /// Requires that clients publish `T` to the channel `C`.
    pub fn __published_to<C: Receives<T>>(self) {}
}

impl<T> ExtractorOf<Publications<T>> {
    /// Requires that clients publish `T` to the stream's channel `C`.
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

impl<T> ExtractorOf<Option<Publications<T>>> {
    /// Requires that clients publish `T` to the stream's channel `C`.
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

impl<T> ExtractorOf<Result<Publications<T>, Reject>> {
    /// Requires that clients publish `T` to the stream's channel `C`.
    pub fn __streamed_to<C: Receives<T>>(self) {}
}

/// An extractor of something else.
pub trait OtherExtractor: Sized {
    /// Requires nothing.
    fn __published_to<C>(self) {}

    /// Requires nothing.
    fn __streamed_to<C>(self) {}
}

impl<T> OtherExtractor for ExtractorOf<T> {}
