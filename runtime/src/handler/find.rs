//! Handlers and interceptors by the names of their functions, for `handlers!` and `interceptors!`.
//!
//! An attribute declares a type beside its function, of the function's name, and implements one of these traits for it. A
//! list of names is a list of their constants.

use crate::event::Connect;
use crate::handler::Handler;
use crate::handler::info::HandlerInfo;
use crate::handler::interceptor::{Interceptor, InterceptorInfo};
use crate::handler::router::Binding;

/// A type that has a function's name, and leads to the handler that an attribute made of the function.
#[diagnostic::on_unimplemented(
    message = "this is not a handler",
    label = "not a function with an attribute such as `#[centrifugo::rpc(\"..\")]`",
    note = "a type of the function's name beside it hides the handler: rename one of them"
)]
pub trait FindHandler {
    /// The handler. By default a substitute for a function that its attribute has refused.
    const FOUND: &'static Handler = &Handler::new(HandlerInfo::new("", "", "", None), &Binding::<Connect>(|_| None), &[]);
}

/// A type that has a function's name, and leads to the interceptor that the attribute made of the function.
#[diagnostic::on_unimplemented(
    message = "this is not an interceptor",
    label = "not a function with `#[centrifugo::interceptor]`",
    note = "a type of the function's name beside it hides the interceptor: rename one of them"
)]
pub trait FindInterceptor {
    /// The interceptor. By default a substitute for a function that the attribute has refused.
    const FOUND: &'static Interceptor =
        &Interceptor::new(InterceptorInfo { name: "", order: 0, every: false, needs: &[] }, "", &[]);
}

/// Returns the handlers that `handlers!` names.
pub const fn handlers<const N: usize>(found: [&'static Handler; N]) -> [&'static Handler; N] {
    found
}

/// Returns the interceptors that `interceptors!` names.
pub const fn interceptors<const N: usize>(found: [&'static Interceptor; N]) -> [&'static Interceptor; N] {
    found
}
