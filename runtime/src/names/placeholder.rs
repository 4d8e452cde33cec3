//! The types of placeholders, and the functions that read a value of such a type from a name.
//!
//! A type with `Display` is read by inherent methods of [`StrictPlaceholder`], in the spelling that it writes and in no
//! other. They take precedence over the methods of [`AnySpelling`], which any other type has. What depends on the type alone
//! is compiled once for the type, and not once more for each handler.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use crate::names::spelling::is_plain;
use crate::names::values::Values;

/// A type that a placeholder may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from a placeholder",
    label = "needs `FromStr`",
    note = "implement `std::str::FromStr` for it, or rename the argument if it is an extractor",
    note = "a field of a typed channel needs `std::fmt::Display` as well"
)]
pub trait Placeholder: Sized {
    /// Parses a value.
    fn read(value: &str) -> Option<Self>;
}

impl<T: FromStr> Placeholder for T {
    fn read(value: &str) -> Option<Self> {
        value.parse().ok()
    }
}

/// Reads the value of the next placeholder, in any spelling, as the attribute has `lenient`. `None`: it doesn't parse.
#[inline(never)]
pub fn value<T: Placeholder>(values: &mut Values<'_, '_>) -> Option<T> {
    T::read(values.next()?)
}

/// Reads the value of a placeholder in the pattern's optional tail, in any spelling.
#[inline(never)]
pub fn optional<T: Placeholder>(values: &mut Values<'_, '_>) -> Option<Option<T>> {
    match values.next() {
        Some(value) => T::read(value).map(Some),
        None => Some(None),
    }
}

/// The type of a placeholder in the one spelling that the type writes: by the inherent methods for a type with `Display`, by
/// [`AnySpelling`] for any other.
pub struct StrictPlaceholder<T>(PhantomData<fn() -> T>);

impl<T> StrictPlaceholder<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromStr + Display + 'static> StrictPlaceholder<T> {
    /// Reads the value of the next placeholder. `None`: it doesn't parse, or its type writes it in another spelling.
    #[inline(never)]
    pub fn __value(self, values: &mut Values<'_, '_>) -> Option<T> {
        let text = values.next()?;
        as_written(text, values)
    }

    /// Reads the value of a placeholder in the pattern's optional tail.
    #[inline(never)]
    pub fn __optional(self, values: &mut Values<'_, '_>) -> Option<Option<T>> {
        match values.next() {
            Some(text) => as_written(text, values).map(Some),
            None => Some(None),
        }
    }
}

fn as_written<T: FromStr + Display + 'static>(text: &str, values: &Values<'_, '_>) -> Option<T> {
    let value = text.parse().ok()?;
    (is_plain::<T>(text) || values.is_written(&value, text)).then_some(value)
}

/// A type without `Display`, which is read in any spelling. The bounds are on the methods, so that a type without `FromStr`
/// gets the message of [`Placeholder`].
pub trait AnySpelling: Sized {
    /// The type of the value.
    type Value;

    /// Reads the value of the next placeholder.
    #[inline(always)]
    fn __value(self, values: &mut Values<'_, '_>) -> Option<Self::Value>
    where
        Self::Value: Placeholder,
    {
        value(values)
    }

    /// Reads the value of a placeholder in the pattern's optional tail.
    #[inline(always)]
    fn __optional(self, values: &mut Values<'_, '_>) -> Option<Option<Self::Value>>
    where
        Self::Value: Placeholder,
    {
        optional(values)
    }
}

impl<T> AnySpelling for StrictPlaceholder<T> {
    type Value = T;
}
