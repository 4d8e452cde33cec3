//! The types of data that channels carry.

use crate::names::channel::ToChannel;
use crate::names::id::Channel;
use crate::names::typed::TypedChannel;

/// A channel that carries data of type `T`: [`Published::data`](crate::Published::data), streams and `Publisher` accept only
/// such data.
///
/// Strings carry any data, and so do [typed channels](macro@crate::channel) without `data = ..`. A typed channel with it
/// carries that type alone. For a [`ToChannel`] of your own, implement this.
///
/// ```
/// use centrifugo::Carries;
///
/// struct Message;
///
/// #[centrifugo::channel("chat:<room>", data = Message)]
/// struct ChatRoom {
///     room: String,
/// }
///
/// fn carries<T>(_: &impl Carries<T>, _: &T) {}
/// carries(&ChatRoom { room: "lobby".into() }, &Message);
/// carries(&"chat:lobby", &1);
/// ```
#[diagnostic::on_unimplemented(
    message = "the channel `{Self}` doesn't carry `{T}`",
    label = "not the type of the channel's data",
    note = "a typed channel says what it carries: `#[centrifugo::channel(\"..\", data = Message)]`"
)]
pub trait Carries<T: ?Sized>: ToChannel {}

impl<T: ?Sized> Carries<T> for str {}
impl<T: ?Sized> Carries<T> for String {}
impl<T: ?Sized> Carries<T> for Channel {}
impl<C: Carries<T> + ?Sized, T: ?Sized> Carries<T> for &C {}

/// Data that may be published to the channel `C`, as `C` [carries](Carries) it.
///
/// ```
/// use centrifugo::api::DataOf;
/// use centrifugo::{Publisher, PublisherError, ToChannel};
/// use serde::Serialize;
///
/// async fn publish<C: ToChannel, T: Serialize + DataOf<C>>(
///     publisher: &Publisher, channels: [C; 2], data: &T,
/// ) -> Result<(), PublisherError> {
///     publisher.broadcast(channels, data).await.map(drop)
/// }
/// ```
// With `C: Carries<T>` as a method's own bound, the compiler would infer `T` from the only data of a typed channel, and
// report mismatched types without the reason.
pub trait DataOf<C: ?Sized> {}

impl<C: Carries<T> + ?Sized, T: ?Sized> DataOf<C> for T {}

/// A typed channel that receives data of type `T` from clients.
#[diagnostic::on_unimplemented(
    message = "clients don't publish `{T}` to the channel `{Self}`",
    label = "not the type of what clients send",
    note = "a typed channel declares it: `#[centrifugo::channel(\"..\", data = Message, from_client = Draft)]`; \
            without `from_client` it is `data`"
)]
pub trait Receives<T: ?Sized> {}

/// A typed channel without `data`, which carries any data.
#[diagnostic::on_unimplemented(
    message = "the typed channel `{Self}` has a type of data, which isn't checked here",
    label = "may publish anything",
    note = "name the channel: `Published<{Self}>`, `MapPublished<{Self}>`, `PolledItem<{Self}>`, `Polled<{Self}>`, \
            `Publication<{Self}>`, `SubscribedStream<{Self}>`"
)]
pub trait Untyped {}

/// A typed channel whose clients send data of the channel's own type, so that it may be published as they sent it.
#[diagnostic::on_unimplemented(
    message = "what clients send to `{Self}` can't be published as it is",
    label = "publishes what the client sent",
    note = "`{Self}` has `from_client`, so its data is another type: return `Published<{Self}>` with `.data(..)`"
)]
pub trait AsSent {}

/// The channel that a reply is for: a typed channel, or [`Channel`], which stands for any.
pub trait ReplyChannel {
    /// Whether the client's data may be published as it is.
    const AS_SENT: bool;
}

impl ReplyChannel for Channel {
    const AS_SENT: bool = true;
}

impl<C: TypedChannel> ReplyChannel for C {
    const AS_SENT: bool = C::AS_SENT;
}
