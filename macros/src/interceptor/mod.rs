//! `#[centrifugo::interceptor(rpc, publish, order = -1)]`: a function around handlers.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;

use crate::fallback;
use crate::function::Function;

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let message = "`interceptor` goes on an `async fn`";
            return fallback::item(&item, &syn::Error::new_spanned(&item, message));
        }
    };
    match model::Interceptor::read(args, &function) {
        Ok(interceptor) => expand::interceptor(&interceptor, &item),
        Err(errors) => fallback::interceptor(function, &errors),
    }
}
