//! Extractors: the arguments of handlers, besides placeholders.

#![allow(refining_impl_trait, reason = "expansions depend on the type that `extract` returns: see `immediate`")]

mod arguments;
pub(crate) mod client_data;
mod data;
pub(crate) mod each_event;
mod event;
mod header;
mod immediate;
mod publications;
mod state;
pub(crate) mod typed_channel;

use futures_util::FutureExt;

use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

pub use arguments::{Arguments, PlainValue, Value, extract_from};
pub use data::{Data, Meta, RawData};
pub use header::{Header, Metadata};
pub(crate) use immediate::immediate;
pub use immediate::{Extraction, Immediate, MayWait};
pub use publications::{Publications, RawPublications};
pub use state::{Extension, State};

/// An extractor: a type that a handler of the event `E` may have as an argument.
///
/// | extractor | events | value |
/// |---|---|---|
/// | [`Connect`](crate::Connect), `&Connect`, .. | its own | the event |
/// | [`UserId`](crate::UserId) | those of a client, except connect | the connection's user |
/// | [`ClientId`](crate::ClientId), [`&Client`](crate::Client) | those of a client | the connection |
/// | [`Channel`](crate::Channel), typed channels | all but connect, refresh and rpc | the channel |
/// | [`Key`](crate::Key) | those [about a key](crate::HasKey) | the map channel's key |
/// | `Vec<`[`PollItem`](crate::PollItem)`>`, `&[PollItem]` | shared_poll | the polled keys |
/// | [`Data<T>`](Data), [`RawData`] | those [with data](crate::HasData) | the client's data |
/// | [`Publications<T>`](Publications), [`RawPublications`] | stream | the client's publications |
/// | [`Meta<T>`](Meta) | those of a client, except connect | the connection's meta, set by `connect` |
/// | [`Metadata`], [`Header<H>`](Header) | all | headers that Centrifugo forwards |
/// | [`State<T>`](State) | all | a state of the app: [`App::state`](crate::App::state) |
/// | [`Extension<T>`](Extension) | all | a value that an interceptor or a tower layer has inserted |
/// | `Publisher` (feature `api`) | all | the app's publisher: `App::publisher` |
/// | `Option<E>` | as `E` | `None` if there is no value |
/// | `Result<E, Reject>` | as `E` | the value, or the refusal, which the handler decides upon |
///
/// An argument with `#[cfg(..)]` is extracted, and counts for what the handler needs, only if it is compiled.
///
/// To write an extractor of your own, write a function of other extractors with the attribute
/// [`extractor`](macro@crate::extractor): its needs follow from its arguments. Implement this trait for an extractor that
/// reads the call itself. It declares the meta and headers that it reads in [`needs`](Self::needs), or the generated
/// configuration lacks them:
///
/// ```
/// use centrifugo::{Call, ErrorReply, Extract, HasUser, Needs, Reject};
///
/// /// Proof that `connect` has set a meta.
/// struct HasSession;
///
/// impl<'c, E: HasUser> Extract<'c, E> for HasSession {
///     async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
///         if call.event().meta().is_empty() {
///             Err(ErrorReply::new(401, "sign in first"))?
///         }
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
    note = "for the client's data write `Data<{Self}>`, for a state of the app `State<{Self}>`",
    note = "an argument with the name of a placeholder (`id` for `<id>`) is that placeholder's value",
    note = "to extract a type of your own, implement `centrifugo::Extract` for it"
)]
pub trait Extract<'c, E: Event>: Sized {
    /// Extracts the value from the call.
    ///
    /// # Errors
    ///
    /// The refusal that the client receives; the handler is not called. In refresh and sub_refresh, where Centrifugo reads
    /// no errors, every refusal fails the call: Centrifugo keeps the connection, and calls again 60 seconds later.
    fn extract(call: &'c Call<E>) -> impl Future<Output = Result<Self, Reject>> + Send;

    /// Extracts the value if there is one, for `Option<Self>`. By default there always is one.
    ///
    /// # Errors
    ///
    /// As of [`extract`](Self::extract), if there is a value and it can't be extracted.
    fn extract_optional(call: &'c Call<E>) -> impl Future<Output = Result<Option<Self>, Reject>> + Send {
        Self::extract(call).map(|extracted| extracted.map(Some))
    }

    /// Declares what the extractor needs: states, which the app checks when it starts; headers and meta that Centrifugo has
    /// to send, for the generated configuration. An extractor that calls others calls their `needs`. By default it needs
    /// nothing, and counts as one that depends on who the client is.
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
