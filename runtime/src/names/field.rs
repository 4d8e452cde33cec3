//! The value of a typed channel's field, which is written into the channel's name.
//!
//! A value with `Display` is written by the inherent methods of [`ChannelField`]. One with `FromStr` alone gets
//! [`UnwritableField`], which reports it. Any other gets [`UnreadableField`], by `Deref`: it is reported where the field is
//! read, and not once more here.

use std::fmt::Display;
use std::ops::Deref;
use std::str::FromStr;

use crate::names::typed::Writer;

/// The value of a field.
pub struct ChannelField<'v, T: ?Sized>(pub &'v T);

impl<T: Display + ?Sized> ChannelField<'_, T> {
    /// Writes the value of `<field>`.
    pub fn __value(&self, field: &'static str, writer: &mut Writer) {
        writer.value(field, self.0);
    }

    /// Writes the value of `<field..>`.
    pub fn __rest(&self, field: &'static str, writer: &mut Writer) {
        writer.rest(field, self.0);
    }
}

/// A field's value that can be read, and can't be written.
pub trait UnwritableField {
    /// The type of the value.
    type Value;

    /// Reports the type.
    fn __value(&self, _: &'static str, _: &mut Writer)
    where
        Self::Value: WritableField,
    {
    }

    /// Reports the type.
    fn __rest(&self, _: &'static str, _: &mut Writer)
    where
        Self::Value: WritableField,
    {
    }
}

impl<T: FromStr> UnwritableField for ChannelField<'_, T> {
    type Value = T;
}

/// A trait that no type implements: it stands for `Display`, which a type that can't be written lacks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written into the name of a channel",
    label = "needs `Display`",
    note = "implement `std::fmt::Display` for it: what it writes is what its `FromStr` reads"
)]
pub trait WritableField {}

impl<T: ?Sized> Deref for ChannelField<'_, T> {
    type Target = UnreadableField;

    fn deref(&self) -> &UnreadableField {
        &UnreadableField
    }
}

/// The value of a field that can be neither written nor read.
pub struct UnreadableField;

impl UnreadableField {
    /// Writes nothing.
    pub fn __value(&self, _: &'static str, _: &mut Writer) {}

    /// Writes nothing.
    pub fn __rest(&self, _: &'static str, _: &mut Writer) {}
}
