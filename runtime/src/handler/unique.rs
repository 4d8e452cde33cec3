//! The check that a crate has one handler of an event for a typed channel: two are an error of the compiler.
//!
//! An attribute implements [`OneHandler`] for the typed channel. Only the channel's own crate may do that: in another crate
//! [`Choose`] selects a type of the handler's own instead, and the app compares the patterns when it starts.

use std::marker::PhantomData;

use crate::names::typed::TypedChannel;

/// A typed channel that has a handler for the event in this crate. The attribute implements it, so the compiler refuses a
/// second one.
pub trait OneHandler<E, const IGNORE_CASE: bool, const CRATE: u64> {}

/// The crate of a type: of a typed channel by the inherent constant, of no crate by [`NotTyped`] for another type, which is
/// an error of its own.
pub struct CrateOf<T>(PhantomData<fn() -> T>);

impl<T: TypedChannel> CrateOf<T> {
    /// The crate that declares the channel.
    pub const CRATE: u64 = T::CRATE;
}

/// A type that is not a typed channel.
pub trait NotTyped {
    /// No crate.
    const CRATE: u64 = 0;
}

impl<T> NotTyped for CrateOf<T> {}

/// Whether a type is declared in the crate of its handler.
pub struct IsLocal<const IS_LOCAL: bool>;

/// A choice between two types: the first if [`IsLocal`] is true, or else the second.
pub trait Choose<Local, Elsewhere> {
    /// The chosen type.
    type Type;
}

impl<Local, Elsewhere> Choose<Local, Elsewhere> for IsLocal<true> {
    type Type = Local;
}

impl<Local, Elsewhere> Choose<Local, Elsewhere> for IsLocal<false> {
    type Type = Elsewhere;
}
