//! The check that the type which a handler's attribute names is a type, and no constant.
//!
//! If it may be a constant's name, the placeholder in [`constants`](crate::names::constants) stands in for the type: it has
//! the inherent method of [`AttributeType`], which reports the constant. Any other type gets [`NotConstant`].

use std::marker::PhantomData;

use crate::names::constants::{IsConstant, IsLiteral};

/// The type that a handler's attribute names.
pub struct AttributeType<T>(PhantomData<fn() -> T>);

impl<T> AttributeType<T> {
    /// Names the type.
    #[allow(clippy::new_without_default, reason = "only expansions use it")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: IsConstant> AttributeType<T> {
    /// Reports the constant.
    pub fn __is_a_type(self)
    where
        T: IsLiteral,
    {
    }
}

/// A type that is no constant.
pub trait NotConstant: Sized {
    /// Reports nothing.
    fn __is_a_type(self) {}
}

impl<T> NotConstant for AttributeType<T> {}
