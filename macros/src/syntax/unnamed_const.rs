//! The `const _` that holds what an attribute writes beside an item, so that its names are in nobody's way.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use crate::syntax::function::{allows, cfgs};

/// The items in a `const _`, with what the attributes of the user's item remove and allow.
pub(crate) fn unnamed_const(attrs: &[Attribute], items: &TokenStream) -> TokenStream {
    let (cfgs, allows) = (cfgs(attrs), allows(attrs));
    quote! {
        #(#cfgs)*
        #(#allows)*
        const _: () = {
            use ::centrifugo::__private::expanded::*;
            #items
        };
    }
}
