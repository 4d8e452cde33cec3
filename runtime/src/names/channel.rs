//! Channels as the application names them: texts that are checked, and typed channels.

use std::fmt::{self, Display, Write};

use centrifugo_pattern::{MAX_CHANNEL, Pattern, is_valid_value};

use crate::names::id::Channel;
use crate::names::location::Location;
use crate::names::spelling::Reader;
use crate::names::values::Values;
use crate::reject::Reject;
use crate::reject::code::ErrorReply;

/// Names a channel: a text, a [`Channel`], or a [typed channel](macro@crate::channel).
///
/// ```
/// use centrifugo::ToChannel;
///
/// assert_eq!("chat:lobby".to_channel().unwrap(), "chat:lobby");
/// assert!("".to_channel().is_err());
/// assert!("a\nb".to_channel().is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no channel",
    label = "neither a text nor a typed channel",
    note = "declare a typed channel with `#[centrifugo::channel(\"user.<uuid>\")] struct UserChannel {{ uuid: Uuid }}`"
)]
pub trait ToChannel {
    /// The channel.
    ///
    /// # Errors
    ///
    /// [`InvalidChannel`], if there can't be such a channel.
    fn to_channel(&self) -> Result<Channel, InvalidChannel>;
}

/// A channel whose publications are a `T`: what [`Published::data`](crate::Published::data), a stream and `Publisher` take.
///
/// Texts carry anything, and so do [typed channels](macro@crate::channel) that don't say `data = ..`. Those that do carry that type, and
/// no other. A [`ToChannel`] of your own says it by implementing this.
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

/// What may be published to the channel `C`: what that [`Carries`].
///
/// ```
/// use centrifugo::api::DataOf;
/// use centrifugo::{Publisher, PublisherError, ToChannel};
/// use serde::Serialize;
///
/// async fn tell<C: ToChannel, T: Serialize + DataOf<C>>(
///     publisher: &Publisher, channels: [C; 2], data: &T,
/// ) -> Result<(), PublisherError> {
///     publisher.broadcast(channels, data).await.map(drop)
/// }
/// ```
// `C: Carries<T>` as a method's own bound would take `T` from a typed channel's only data. Then the compiler expects that
// type, finds another, and doesn't say why.
pub trait DataOf<C: ?Sized> {}

impl<C: Carries<T> + ?Sized, T: ?Sized> DataOf<C> for T {}

/// A typed channel to which clients publish a `T`.
#[diagnostic::on_unimplemented(
    message = "clients don't publish `{T}` to the channel `{Self}`",
    label = "not the type of what clients send",
    note = "a typed channel declares it: `#[centrifugo::channel(\"..\", data = Message, from_client = Draft)]`; without `from_client` it is `data`"
)]
pub trait Receives<T: ?Sized> {}

/// A typed channel without `data`: anything may be published to it.
#[diagnostic::on_unimplemented(
    message = "the typed channel `{Self}` has a type of data, which isn't checked here",
    label = "may publish anything",
    note = "name the channel: `Published<{Self}>`, `MapPublished<{Self}>`, `PolledItem<{Self}>`, `Polled<{Self}>`, `Publication<{Self}>`, `SubscribedStream<{Self}>`"
)]
pub trait Untyped {}

/// A typed channel to which what clients send may be published as it is: it has the type of the channel's data.
#[diagnostic::on_unimplemented(
    message = "what clients send to `{Self}` can't be published as it is",
    label = "publishes what the client sent",
    note = "`{Self}` has `from_client`, so its data is another type: return `Published<{Self}>` with `.data(..)`"
)]
pub trait AsSent {}

/// The channel that a reply is for: a typed one, or any, which is [`Channel`].
pub trait Target {
    /// Whether what the client sent may be published as it is.
    const AS_SENT: bool;
}

impl Target for Channel {
    const AS_SENT: bool = true;
}

impl<C: TypedChannel> Target for C {
    const AS_SENT: bool = C::AS_SENT;
}

impl<T: ?Sized> Carries<T> for str {}
impl<T: ?Sized> Carries<T> for String {}
impl<T: ?Sized> Carries<T> for Channel {}
impl<C: Carries<T> + ?Sized, T: ?Sized> Carries<T> for &C {}

/// Why a text or a value names no channel.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChannel {
    /// A channel has a name.
    #[error("a channel can't be empty")]
    Empty,
    /// Nobody could subscribe to it: Centrifugo's `channel.max_length` is 255 bytes by default.
    #[error("the channel has {0} bytes: more than {MAX_CHANNEL}")]
    TooLong(usize),
    /// Centrifugo lets control characters through; nobody means them.
    #[error("the channel `{}` has a control character", .0.escape_debug())]
    ControlCharacter(String),
    /// The value of a typed channel's field would be read back as something else, or as nothing.
    #[error("the field `{field}` can't be `{}` in a channel: a value is one or more visible ASCII characters{}", .value.escape_debug(), if *.rest { "" } else { ", none of `. / : # ,`" })]
    Value {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// Whether it is the rest of the channel (`<path..>`).
        rest: bool,
    },
}

// `main` prints it so.
impl fmt::Debug for InvalidChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ToChannel for str {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        check(self)?;
        Ok(Channel::new(self))
    }
}

impl ToChannel for String {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        self.as_str().to_channel()
    }
}

impl ToChannel for Channel {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        check(self)?;
        Ok(self.clone())
    }
}

impl<C: ToChannel + ?Sized> ToChannel for &C {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        (**self).to_channel()
    }
}

fn check(channel: &str) -> Result<(), InvalidChannel> {
    if channel.is_empty() {
        return Err(InvalidChannel::Empty);
    }
    if channel.len() > MAX_CHANNEL {
        return Err(InvalidChannel::TooLong(channel.len()));
    }
    if channel.contains(|c: char| c.is_control()) {
        return Err(InvalidChannel::ControlCharacter(channel.to_owned()));
    }
    Ok(())
}

/// Refuses channels that Centrifugo lets pass and no application means, before a handler is asked. A handler without a pattern
/// would take them, and a publication's channel isn't checked by Centrifugo at all.
pub(crate) fn admit(channel: &Channel) -> Result<(), Reject> {
    check(channel).map_err(|fault| Reject::from(ErrorReply::PERMISSION_DENIED).because(fault))
}

#[diagnostic::on_unimplemented(
    message = "`{Self}` is no typed channel",
    label = "add `#[centrifugo::channel(\"..\")]` to it",
    note = "a handler's attribute takes a pattern, such as `\"user.<uuid>\"`, or a struct with `#[centrifugo::channel(\"user.<uuid>\")]`"
)]
/// A struct that is a channel, made by [`#[centrifugo::channel]`](macro@crate::channel).
pub trait TypedChannel: Sized + Send + 'static {
    /// Its pattern.
    const PATTERN: &'static str;

    /// The crate that it is declared in: there, two handlers of one event are refused when they are compiled.
    const CRATE: u64;

    /// Whether what a client sends has the type of the channel's data.
    const AS_SENT: bool = true;

    /// From the values of the pattern's placeholders; `None` if one doesn't parse, or is written in another way.
    fn read(values: &mut Values<'_, '_>) -> Option<Self>;

    /// To a name, piece by piece.
    fn write(&self, channel: &mut Writer);
}

/// Puts the name of a typed channel together. The first value that could not be read back is remembered.
#[derive(Debug, Default)]
pub struct Writer {
    name: String,
    fault: Option<InvalidChannel>,
}

impl Writer {
    /// Literal text of the pattern.
    pub fn literal(&mut self, text: &'static str) {
        self.name.push_str(text);
    }

    /// The value of `<field>`.
    pub fn value<T: Display + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.push(field, value, false);
    }

    /// The value of `<field..>`.
    pub fn rest<T: Display + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.push(field, value, true);
    }

    fn push<T: Display + ?Sized>(&mut self, field: &'static str, value: &T, rest: bool) {
        let start = self.name.len();
        let written = write!(self.name, "{value}");
        let text = &self.name[start..];
        if self.fault.is_none() && (written.is_err() || !is_valid_value(text, rest)) {
            self.fault = Some(InvalidChannel::Value { field, value: text.to_owned(), rest });
        }
    }
}

/// The name of a typed channel.
pub fn to_channel<C: TypedChannel>(channel: &C) -> Result<Channel, InvalidChannel> {
    let mut writer = Writer::default();
    channel.write(&mut writer);
    match writer.fault {
        Some(fault) => Err(fault),
        None => writer.name.to_channel(),
    }
}

/// A typed channel from a name; `None` if the name isn't one of its.
pub(crate) fn read<C: TypedChannel>(name: &str) -> Option<C> {
    // The attribute has parsed the pattern already, so there is no error to tell.
    let pattern = Pattern::parse(C::PATTERN).ok()?;
    let values = pattern.matches(name)?;
    C::read(&mut Values::new(Some(values), &Extractor { pattern: C::PATTERN }))
}

/// A typed channel that a handler takes as an extractor.
struct Extractor {
    pattern: &'static str,
}

impl Reader for Extractor {
    fn handler(&self) -> Option<(&'static str, Location)> {
        None
    }

    fn pattern(&self) -> Option<&'static str> {
        Some(self.pattern)
    }
}
