//! A type called `Option`, for a placeholder that is always there.
//!
//! Only the compiler knows whether it is the standard library's, which the inherent methods of [`RequiredPlaceholder`]
//! report as a mistake, or a type of the app's own, which [`AnotherOption`] reads and writes as any other type.

use std::marker::PhantomData;

use crate::names::placeholder::{Placeholder, StrictPlaceholder, value};
use crate::names::values::Values;

/// The type of a placeholder outside of `[..]` whose type is called `Option`.
pub struct RequiredPlaceholder<T>(PhantomData<fn() -> T>);

impl<T> RequiredPlaceholder<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> RequiredPlaceholder<Option<T>> {
    /// Reports the mistake.
    pub fn __strict(self) -> ReportedOption<T>
    where
        T: OutsideOfBrackets,
    {
        ReportedOption(PhantomData)
    }

    /// Reports the mistake.
    pub fn __lenient(self) -> ReportedOption<T>
    where
        T: OutsideOfBrackets,
    {
        ReportedOption(PhantomData)
    }

    /// Writes nothing: the attribute of the typed channel reads the field as well, and reports the mistake there.
    pub fn __write(self, _: &Option<T>, _: impl FnOnce(&str)) {}
}

/// An `Option` of the standard library, which has been reported: it has no further errors.
pub struct ReportedOption<T>(PhantomData<fn() -> T>);

impl<T> ReportedOption<T> {
    /// Reads nothing.
    pub fn __value(self, _: &mut Values<'_, '_>) -> Option<Option<T>> {
        None
    }
}

/// A trait that no type implements: a placeholder outside of `[..]` has no `Option` of the standard library.
#[diagnostic::on_unimplemented(
    message = "a placeholder outside of `[..]` is always there",
    label = "write `{Self}`, or put the placeholder into `[..]`"
)]
pub trait OutsideOfBrackets {}

/// A type of the app's own that is called `Option`.
pub trait AnotherOption: Sized {
    /// The type.
    type Value;

    /// Returns the type, to be read in one spelling.
    fn __strict(self) -> StrictPlaceholder<Self::Value> {
        StrictPlaceholder::new()
    }

    /// Returns the type, to be read in any spelling.
    fn __lenient(self) -> LenientPlaceholder<Self::Value> {
        LenientPlaceholder(PhantomData)
    }

    /// Writes the value of a typed channel's field.
    fn __write(self, value: &Self::Value, write: impl FnOnce(&Self::Value)) {
        write(value);
    }
}

impl<T> AnotherOption for RequiredPlaceholder<T> {
    type Value = T;
}

/// The type of a placeholder in any spelling.
pub struct LenientPlaceholder<T>(PhantomData<fn() -> T>);

impl<T: Placeholder> LenientPlaceholder<T> {
    /// Reads the value of the next placeholder.
    pub fn __value(self, values: &mut Values<'_, '_>) -> Option<T> {
        value(values)
    }
}
