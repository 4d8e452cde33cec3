//! `#[channel("user.<uuid>")]`: a struct that names channels, and is read from their names.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;

use model::TypedChannel;

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    match TypedChannel::read(args, item.clone()) {
        Ok(channel) => {
            let channel = expand::channel(&channel);
            quote!(#item #channel)
        }
        Err(errors) => {
            let (errors, stand_in) = (errors.to_compile_error(), expand::stand_in(&item));
            quote!(#item #stand_in #errors)
        }
    }
}
