//! The values that handlers may return, and their conversion to the event's reply.

use crate::event::Event;
use crate::reject::Reject;

/// A value that a handler of the event `E` may return, as it is or in the `Ok` of a `Result`.
///
/// The [table of events](crate) has the values for each event, and its attribute's page what they mean. A stream may be any
/// [`Stream`] of [`Publication`]s, of `Serialize` values or of `Result`s.
///
/// `true` and `()` allow what the client does, `false` refuses it with error 403 "permission denied". `()` of an rpc handler
/// is a reply without data.
///
/// [`Publication`]: crate::Publication
/// [`Stream`]: futures_util::Stream
#[diagnostic::on_unimplemented(
    message = "a `{E}` handler can't return `{Self}`",
    label = "not a reply to this event",
    note = "the page of the event's attribute lists what its handlers return, such as `bool`, `()` or the event's reply",
    note = "or a `Result` of these"
)]
pub trait IntoReply<E: Event> {
    /// Converts the value to the reply.
    ///
    /// # Errors
    ///
    /// The refusal, if the value refuses: `false` is "permission denied".
    fn into_reply(self) -> Result<E::Reply, Reject>;
}

/// Lets handlers of the event return its reply.
macro_rules! returns_reply {
    ($event:ty => $reply:ty) => {
        impl $crate::event::into_reply::IntoReply<$event> for $reply {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                Ok(self)
            }
        }
    };
}
pub(crate) use returns_reply;

/// Lets handlers of the event return `bool` and `()`: `true` and `()` allow, `false` is "permission denied".
macro_rules! returns_bool {
    ($event:ty => $reply:ty) => {
        impl $crate::event::into_reply::IntoReply<$event> for bool {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                if self {
                    Ok(<$reply>::new())
                } else {
                    Err($crate::reject::error_reply::ErrorReply::PERMISSION_DENIED.into())
                }
            }
        }

        impl $crate::event::into_reply::IntoReply<$event> for () {
            fn into_reply(self) -> Result<$reply, $crate::reject::Reject> {
                Ok(<$reply>::new())
            }
        }
    };
}
pub(crate) use returns_bool;

/// Defines a trait for the values that an event's handlers may return, and exports it as `Answer` as well. Each event has a
/// trait of its own, so that the error for another value lists the values of this event, and not those of all events. The
/// traits differ in name, or the compiler would add notes on similarly named ones.
///
/// The trait has a second implementation, for no type: with one implementation the compiler would report that its bound
/// fails, with two it reports the trait itself.
macro_rules! may_return {
    ($event:ident as $name:ident, $message:literal, $label:literal) => {
        #[doc = concat!("A value that [`", stringify!($event), "`](crate::", stringify!($event), ") handlers may return.")]
        // The trait has the function itself, so that the error doesn't show code that requires the bound and isn't the
        // user's.
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = "or a `Result` of these")]
        pub trait $name<By>: Sized {
            /// Converts the value to the reply, or passes on the refusal.
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject>;
        }

        impl<T: $crate::event::into_reply::IntoReply<$event>> $name<((),)> for T {
            #[inline(never)]
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject> {
                match returned {
                    Ok(value) => value.into_reply(),
                    Err(reject) => Err(reject),
                }
            }
        }

        impl<T: $crate::event::into_reply::NoType> $name<()> for T {
            fn reply(
                returned: Result<Self, $crate::reject::Reject>,
            ) -> Result<<$event as $crate::event::Event>::Reply, $crate::reject::Reject> {
                returned?.never()
            }
        }

        pub use $name as Answer;
    };
}
pub(crate) use may_return;

/// A trait that no type implements.
pub trait NoType {
    /// Returns any value, as it can't be called.
    fn never<T>(self) -> T;
}
