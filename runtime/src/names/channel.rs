//! Names of channels that an app writes, checked.

use std::fmt;

use centrifugo_pattern::MAX_CHANNEL;

use crate::names::id::Channel;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;

/// A value that names a channel: a string, a [`Channel`], or a [typed channel](macro@crate::channel).
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
    /// Returns the channel's name.
    ///
    /// # Errors
    ///
    /// [`InvalidChannel`], if the name is empty, too long, or has characters that a channel can't have.
    fn to_channel(&self) -> Result<Channel, InvalidChannel>;
}

/// The reason why a string or a value doesn't name a channel.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChannel {
    /// The name is empty.
    #[error("a channel can't be empty")]
    Empty,
    /// The name is too long: nobody could subscribe, as Centrifugo's `channel.max_length` is 255 bytes by default.
    #[error("the channel has {0} bytes: more than {MAX_CHANNEL}")]
    TooLong(usize),
    /// The name has a control character. Centrifugo accepts them, but no app means them.
    #[error("the channel `{}` has a control character", .0.escape_debug())]
    ControlCharacter(String),
    /// The value of a typed channel's field can't be read back from the name.
    #[error(
        "the field `{field}` can't be `{}` in a channel: a value is one or more visible ASCII characters{}",
        .value.escape_debug(),
        if *.rest { "" } else { ", none of `. / : # ,`" }
    )]
    Value {
        /// The field's name.
        field: &'static str,
        /// The field's value.
        value: String,
        /// Whether the field is the rest of the channel (`<path..>`).
        rest: bool,
    },
}

// `main` prints an error by its `Debug`.
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

/// Refuses channels that Centrifugo accepts and no app means, before a handler is called: a handler without a pattern would
/// match them, and Centrifugo doesn't check a publication's channel at all.
pub(crate) fn require_valid(channel: &Channel) -> Result<(), Reject> {
    check(channel).map_err(|fault| Reject::from(ErrorReply::PERMISSION_DENIED).because(fault))
}
