//! `#[derive(Reject)]`: a type whose values refuse a call.

mod attribute;
mod expand;
mod model;
mod rules;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    match model::Rejecting::read(item.clone()) {
        Ok(rejects) => expand::rejects(&rejects),
        Err(errors) => {
            let (errors, stand_in) = (errors.to_compile_error(), expand::stand_in(item));
            quote!(#stand_in #errors)
        }
    }
}
