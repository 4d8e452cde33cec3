//! The typed channel that the name of a constant leads to, so that `#[topic(USERS)]` is one mistake and one error.

use crate::names::channel::{InvalidChannel, ToChannel};
use crate::names::channel_data::{AsSent, Carries, Receives, Untyped};
use crate::names::id::Channel;
use crate::names::typed::{TypedChannel, Writer};
use crate::names::values::Values;

/// No channel. Expansions import the name in the attribute under this one, which takes precedence if it is a type's.
pub struct __Channel {}

/// In the other namespace, for what is no constant.
#[allow(non_upper_case_globals, reason = "the name of the type")]
pub const __Channel: () = ();

/// Only [`__Channel`].
pub trait IsConstant {}

impl IsConstant for __Channel {}

/// Not even that.
#[diagnostic::on_unimplemented(
    message = "a pattern is one string literal: it is checked before a constant's value is known",
    label = "write the pattern itself, in quotes"
)]
pub trait IsLiteral {}

#[diagnostic::do_not_recommend]
impl TypedChannel for __Channel {
    const PATTERN: &'static str = "";
    const CRATE: u64 = 0;

    fn read(_: &mut Values<'_, '_>) -> Option<Self> {
        None
    }

    fn write(&self, _: &mut Writer) {}
}

#[diagnostic::do_not_recommend]
impl ToChannel for __Channel {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        crate::names::typed::to_channel(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Carries<T> for __Channel {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized> Receives<T> for __Channel {}
#[diagnostic::do_not_recommend]
impl Untyped for __Channel {}
#[diagnostic::do_not_recommend]
impl AsSent for __Channel {}
