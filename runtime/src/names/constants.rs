//! A typed channel that stands for a constant in an attribute, so that `#[topic(USERS)]` is reported once.
//! Expansions import all of this module.

use crate::names::channel::{InvalidChannel, ToChannel};
use crate::names::channel_data::{AsSent, Carries, Receives, Untyped};
use crate::names::id::Channel;
use crate::names::typed::{TypedChannel, Writer};
use crate::names::values::Values;

/// The placeholder of the typed channel. Expansions import the attribute's name as this one, which takes precedence if it is
/// a type.
pub struct __Channel {}

/// The same in the namespace of values, for a name that is not a constant's.
#[allow(non_upper_case_globals, reason = "the name of the type")]
pub const __Channel: () = ();

/// A trait that `__Channel` alone implements.
pub trait IsConstant {}

impl IsConstant for __Channel {}

/// A trait that not even `__Channel` implements.
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
