//! `#[centrifugo::interceptor(rpc, publish, order = -1)]`: a function that runs around handlers.

mod args;
mod each_event;
mod expand;
mod model;
mod signature;

use proc_macro2::TokenStream;

use crate::syntax::fallback;
use crate::syntax::function::Function;
use crate::syntax::registered::{Registered, RegisteredKind};

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let Some(function) = Function::read(&item) else {
        let message = "`interceptor` goes on an `async fn`";
        return fallback::item(&item, &syn::Error::new_spanned(&item, message));
    };
    match model::Interceptor::read(args, &function) {
        Ok(interceptor) => expand::interceptor(&interceptor, &Registered::new(&function), &item),
        Err(errors) => fallback::function(RegisteredKind::Interceptor, function, &errors),
    }
}
