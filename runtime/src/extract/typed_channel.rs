//! Typed channels as extractors, and the check that a pattern is not the name of one in quotes.
//!
//! For `#[topic("UserChannel")]`, an extractor with that name has the inherent method of [`NamedAsPattern`], which reports
//! it, if it is a typed channel. Anything else gets [`NotTypedChannel`].

use std::marker::PhantomData;

use crate::event::HasChannel;
use crate::extract::{Immediate, immediate};
use crate::handler::call::Call;
use crate::names::typed::{self, TypedChannel};
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;

/// Extracts the channel of an event as a typed channel.
pub fn extract_channel<C: TypedChannel, E: HasChannel>(call: &Call<E>) -> Immediate<'_, E, C> {
    immediate(call, |call| {
        let channel = call.event().channel();
        typed::read(channel).ok_or_else(|| no_match(C::PATTERN, channel))
    })
}

// Not generic, so it is compiled once.
fn no_match(pattern: &str, channel: &str) -> Reject {
    let why = format!("the channel `{}` is no `{pattern}`", channel.escape_debug());
    Reject::from(ErrorReply::PERMISSION_DENIED).because(why)
}

/// The type of an extractor that has the text of the handler's pattern as its name.
pub struct NamedAsPattern<T>(PhantomData<fn() -> T>);

impl<T> NamedAsPattern<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: TypedChannel> NamedAsPattern<T> {
    /// Reports the type.
    pub fn __is_no_channel(self)
    where
        T: NamedInQuotes,
    {
    }
}

/// A type that is not a typed channel.
pub trait NotTypedChannel: Sized {
    /// Reports nothing.
    fn __is_no_channel(self) {}
}

impl<T> NotTypedChannel for NamedAsPattern<T> {}

/// A trait that no typed channel implements: in quotes its name is the name of a channel, whose values the type doesn't
/// have.
#[diagnostic::on_unimplemented(
    message = "in quotes this is the channel of that name, and never the typed channel `{Self}`",
    label = "write `{Self}` without quotes"
)]
pub trait NamedInQuotes {}
