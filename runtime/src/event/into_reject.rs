//! The conversion of a handler's errors to refusals.

use crate::event::{CacheEmpty, Event, Refresh, Refusing, SubRefresh};
use crate::reject::{Internal, Reject};

/// An error of a handler's `Result`.
///
/// For most events: any type that converts to a [`Reject`], so every standard error, [`ErrorReply`](crate::ErrorReply),
/// [`Disconnect`](crate::Disconnect), and types that derive [`Reject`](macro@crate::Reject). For refresh, sub_refresh and
/// cache_empty: every standard error, types that derive `Reject`, and [`Internal`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the error of a `{E}` handler",
    label = "not an error that Centrifugo passes on",
    note = "most events accept `Reject`, an enum with `#[derive(centrifugo::Reject)]`, `ErrorReply`, `Disconnect`, \
            or any `std::error::Error`",
    note = "for `anyhow::Error` and the like write `Result<_, Reject>`, and `.map_err(Reject::internal)?` in the function",
    note = "refresh, sub_refresh and cache_empty accept `Internal`, an enum with the derive, or any `std::error::Error`: \
            Centrifugo reads no error replies and disconnects there; return `expired()` or `false` instead"
)]
pub trait IntoReject<E: Event> {
    /// Converts the error to the refusal that is logged and sent.
    fn into_reject(self) -> Reject;
}

#[diagnostic::do_not_recommend]
impl<E: Refusing, R: Into<Reject>> IntoReject<E> for R {
    fn into_reject(self) -> Reject {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Into<Internal>> IntoReject<Refresh> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Into<Internal>> IntoReject<CacheEmpty> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Into<Internal>> IntoReject<SubRefresh> for R {
    fn into_reject(self) -> Reject {
        self.into().into()
    }
}
