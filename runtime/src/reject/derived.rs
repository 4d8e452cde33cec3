//! Types that derive `Reject`: the refusals that they declare, and how `?` finds them.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::reject::chain::{BoxError, Chain};
use crate::reject::disconnect::Disconnect;
use crate::reject::error_reply::ErrorReply;
use crate::reject::{Internal, Reject};

/// An error that `?` converts to a [`Reject`]: a standard error, or a type that derives [`Reject`](macro@crate::Reject).
///
/// A standard error whose type derives `Reject` becomes the refusal that the derive declares; any other standard error
/// becomes an internal failure. The derive implements this trait; an app doesn't.
// A macro can't see whether a type is a standard error, which implements this already. So the derive computes the parameter:
// `true` only for a type that is no standard error. The compiler evaluates it, and finds no implementations that overlap.
#[diagnostic::on_unimplemented(
    message = "`?` can't turn `{Self}` into a refusal",
    label = "neither a standard error nor a type with `#[derive(centrifugo::Reject)]`",
    note = "derive `centrifugo::Reject` for it, or convert it: `.map_err(Reject::internal)?`"
)]
pub trait DeriveReject<const CONVERTS: bool = true>: Sized {
    /// Converts the error to a refusal, with the error as its cause.
    #[doc(hidden)]
    fn rejected(self) -> Reject;
}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> DeriveReject for E {
    fn rejected(self) -> Reject {
        refusal_of(&self).caused_by(self)
    }
}

/// A type that declares a refusal for each of its values.
pub trait Refuses {
    /// The refusal, without a cause; the caller sets it.
    fn refusal(&self) -> Reject;
}

impl Refuses for ErrorReply {
    fn refusal(&self) -> Reject {
        self.clone().into()
    }
}

impl Refuses for Disconnect {
    fn refusal(&self) -> Reject {
        self.clone().into()
    }
}

impl Refuses for Reject {
    fn refusal(&self) -> Reject {
        self.uncaused()
    }
}

impl Refuses for Internal {
    fn refusal(&self) -> Reject {
        Reject::failure()
    }
}

/// A standard error that derives `Reject`, as the program has collected them. Stable Rust can't check in generic code
/// whether a type implements a trait, and the conversion of standard errors is generic: it searches these, and only for an
/// error.
pub struct Derived(pub fn(&dyn Any) -> Option<Reject>);
inventory::collect!(Derived);

/// The refusal of an error that is a `T`, or a pointer to one.
pub fn refusal_as<T: Refuses + 'static>(error: &dyn Any) -> Option<Reject> {
    let boxed = || error.downcast_ref::<Box<T>>().map(AsRef::as_ref);
    let shared = || error.downcast_ref::<Arc<T>>().map(AsRef::as_ref);
    error.downcast_ref::<T>().or_else(boxed).or_else(shared).map(T::refusal)
}

/// The refusal of any standard error.
fn refusal_of(error: &dyn Any) -> Reject {
    inventory::iter::<Derived>.into_iter().find_map(|derived| derived.0(error)).unwrap_or(Reject::failure())
}

/// The refusal of a variant without values: its log line has nothing that the client doesn't receive.
pub fn plain(refusal: impl Into<Reject>) -> Reject {
    refusal.into().plain()
}

/// The refusal of an internal variant.
pub fn failure() -> Reject {
    Reject::failure()
}

/// The only field of a `transparent` variant: a type that declares refusals, or by `Deref` any other standard error.
pub struct Inner<'e, T>(Other<'e, T>);

pub struct Other<'e, T>(&'e T);

impl<'e, T> Inner<'e, T> {
    pub fn of(field: &'e T) -> Self {
        Self(Other(field))
    }
}

impl<T: Refuses> Inner<'_, T> {
    pub fn refusal(&self) -> Reject {
        self.0.0.refusal()
    }
}

impl<'e, T> Deref for Inner<'e, T> {
    type Target = Other<'e, T>;

    fn deref(&self) -> &Other<'e, T> {
        &self.0
    }
}

// The bound is on the method, so that the error for a type without it is the message of `Passes`.
impl<T> Other<'_, T> {
    pub fn refusal(&self) -> Reject
    where
        T: Passes,
    {
        self.0.passed()
    }
}

/// A field of a `transparent` variant that is a standard error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no refusal that a `transparent` variant could pass on",
    label = "neither a standard error nor a type with `#[derive(centrifugo::Reject)]`",
    note = "write what the client receives instead of `transparent`, or derive `centrifugo::Reject` for the field's type"
)]
pub trait Passes: 'static {
    fn passed(&self) -> Reject;
}

impl<E: StdError + Send + Sync + 'static> Passes for E {
    fn passed(&self) -> Reject {
        refusal_of(self)
    }
}

/// A probe whether a type is a standard error: by the inherent constant, or by that of [`NoError`].
pub struct Probe<T>(PhantomData<T>);

impl<T: StdError> Probe<T> {
    pub const IS_ERROR: bool = true;
}

/// A type that is not a standard error.
pub trait NoError {
    const IS_ERROR: bool = false;
}

impl<T> NoError for Probe<T> {}

/// A type that derives `Reject` without being a standard error: its fields are the cause.
pub trait ByFields: Refuses {
    fn cause(self) -> Option<BoxError>;
}

pub fn rejected<T: ByFields>(error: T) -> Reject {
    let reject = error.refusal();
    match error.cause() {
        Some(cause) => reject.caused_by(cause),
        None => reject,
    }
}

/// The value of a field as a cause: an error or a string as it is; or else, found by `Deref`, its `Display`, its `Debug`, or
/// the name of its type. This needs no trait in scope.
pub struct Field<T>(ByDisplay<T>);

pub struct ByDisplay<T>(ByDebug<T>);

pub struct ByDebug<T>(Unwritten<T>);

pub struct Unwritten<T>(T);

impl<T> Field<T> {
    pub fn of(value: T) -> Self {
        Self(ByDisplay(ByDebug(Unwritten(value))))
    }
}

impl<T: Into<BoxError>> Field<T> {
    pub fn cause(self) -> BoxError {
        self.0.0.0.0.into()
    }
}

impl<T: Display> ByDisplay<T> {
    pub fn cause(&self) -> BoxError {
        self.0.0.0.to_string().into()
    }
}

impl<T: Debug> ByDebug<T> {
    pub fn cause(&self) -> BoxError {
        format!("{:?}", self.0.0).into()
    }
}

impl<T> Unwritten<T> {
    pub fn cause(&self) -> BoxError {
        format!("a `{}`, which has neither `Display` nor `Debug`", std::any::type_name::<T>()).into()
    }
}

macro_rules! falls_back {
    ($($first:ident => $second:ident),*) => {$(
        impl<T> Deref for $first<T> {
            type Target = $second<T>;

            fn deref(&self) -> &$second<T> {
                &self.0
            }
        }
    )*};
}

falls_back!(Field => ByDisplay, ByDisplay => ByDebug, ByDebug => Unwritten);

/// Several fields as one cause: `room: 7, user: ann`.
pub fn several<const N: usize>(fields: [(&'static str, BoxError); N]) -> BoxError {
    let text = |(name, cause): &(&str, BoxError)| format!("{name}: {}", Chain(cause.as_ref()));
    fields.each_ref().map(text).join(", ").into()
}
