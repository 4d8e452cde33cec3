//! What a handler's arguments may be, besides placeholders.

#![allow(refining_impl_trait, reason = "expansions look at what `extract` returns: see `now`")]

mod about;
mod arguments;
mod data;
pub(crate) mod each_event;
mod header;
mod now;
mod publications;
mod state;

use futures_util::FutureExt;

use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

pub use arguments::{Arguments, PlainValue, Value, extract_from};
pub use data::{Data, Meta, RawData};
pub use header::{Header, Metadata};
pub(crate) use now::now;
pub use now::{Begin, Extraction, Now};
pub use publications::{Publications, RawPublications};
pub use state::{Extension, State};

/// A type that a handler of the event `E` may have as an argument.
///
/// | extractor | events | what it is |
/// |---|---|---|
/// | [`Connect`](crate::Connect), `&Connect`, .. | its own | the whole typed request |
/// | [`UserId`](crate::UserId) | those of a client, but connect | the connection's user |
/// | [`ClientId`](crate::ClientId), [`&Client`](crate::Client) | those of a client | the connection |
/// | [`Channel`](crate::Channel), typed channels | subscribe, topic, stream, publish, sub_refresh, map_publish, map_remove, shared_poll, cache_empty | the channel |
/// | [`Key`](crate::Key) | map_publish, map_remove | the map channel's key |
/// | `Vec<`[`PollItem`](crate::PollItem)`>`, `&[PollItem]` | shared_poll | what is polled |
/// | [`Data<T>`](Data), [`RawData`] | connect, subscribe, topic, stream, publish, map_publish, rpc | what the client sent |
/// | [`Publications<T>`](Publications), [`RawPublications`] | stream | what the client publishes to it |
/// | [`Meta<T>`](Meta) | those of a client, but connect | what `connect` put aside |
/// | [`Metadata`], [`Header<H>`](Header) | all | headers that Centrifugo forwards |
/// | [`State<T>`](State) | all | a value given to [`App::state`](crate::App::state) |
/// | [`Extension<T>`](Extension) | all | a value that an interceptor or a tower layer put beside the request |
/// | `Publisher` (feature `api`) | all | the publisher given to `App::publisher` |
/// | `Option<E>` | as `E` | `None` where `E` says that there is nothing |
/// | `Result<E, Reject>` | as `E` | the refusal, for the handler to decide upon |
///
/// An argument with `#[cfg(..)]` is extracted, and what it needs is asked for, where it is compiled.
///
/// An extractor of your own is a function of others, with the attribute [`extractor`](macro@crate::extractor): what it needs follows
/// from its arguments. This trait is for one that looks at the call itself; what such an one reads of meta and headers, it
/// declares in [`needs`](Self::needs), or the generated configuration lacks it:
///
/// ```
/// use centrifugo::{Call, ErrorReply, Extract, HasUser, Needs, Reject};
///
/// /// Whether `connect` has put anything aside.
/// struct HasSession;
///
/// impl<'c, E: HasUser> Extract<'c, E> for HasSession {
///     async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
///         if call.event().meta().is_empty() { Err(ErrorReply::new(401, "sign in first"))? }
///         Ok(HasSession)
///     }
///
///     fn needs(needs: &mut Needs) {
///         needs.identity();
///         needs.meta();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be extracted from a `{E}` event",
    label = "neither a placeholder's name nor an extractor",
    note = "for what the client sent write `Data<{Self}>`, for a value given to the app `State<{Self}>`",
    note = "an argument with the name of a placeholder (`id` for `<id>`) is that placeholder's value",
    note = "to extract a type of your own, implement `centrifugo::Extract` for it"
)]
pub trait Extract<'c, E: Event>: Sized {
    /// Takes the value from the call.
    ///
    /// # Errors
    ///
    /// What the client is answered instead of asking the handler. In refresh and sub_refresh, where Centrifugo takes no
    /// errors, every refusal fails the call: Centrifugo keeps the connection and asks again 60 seconds later.
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send;

    /// Takes the value if it is there, for `Option<Self>`. By default it always is.
    ///
    /// # Errors
    ///
    /// As [`extract`](Self::extract), if it is there and can't be taken.
    fn extract_optional(call: &'c Call<E>) -> impl Future<Output = Result<Option<Self>, Reject>> + Send {
        Self::extract(call).map(|extracted| extracted.map(Some))
    }

    /// What must be there for it: states, checked when the app starts; headers and meta that Centrifugo has to send, for the generated
    /// configuration. One that uses others calls their `needs`. By default it needs nothing, and counts as an extractor that
    /// looks at who the client is.
    fn needs(needs: &mut Needs) {
        needs.identity();
    }
}

// Not `async fn`: within one, the compiler can't prove yet that the future is `Send` (rust-lang/rust#100013).
impl<'c, E: Event, T: Extract<'c, E>> Extract<'c, E> for Option<T> {
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send {
        T::extract_optional(call)
    }

    fn needs(needs: &mut Needs) {
        needs.optional(T::needs);
    }
}

impl<'c, E: Event, T: Extract<'c, E> + Send> Extract<'c, E> for Result<T, Reject> {
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send {
        T::extract(call).map(Ok)
    }

    fn needs(needs: &mut Needs) {
        T::needs(needs);
    }
}
