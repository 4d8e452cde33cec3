//! `#[channel("user.<uuid>")]`: a struct that names channels, and that is parsed from their names.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemStruct, Meta};

use crate::syntax::deprecated::is_deprecated;
use crate::syntax::groups::flat;
use crate::syntax::span::ours;
use model::TypedChannel;

/// The helper attribute that carries the arguments to the derive macro.
const COMPILED: &str = "__centrifugo_channel";

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let flat = flat(item.clone());
    if is_derived(&flat) {
        return quote! {
            #[derive(::centrifugo::__private::CompiledChannel)]
            #[__centrifugo_channel(#args)]
            #item
        };
    }
    let channel = channel(args, flat);
    quote!(#item #channel)
}

/// Expands the struct as it is compiled: a derive macro, unlike an attribute, receives no field that a `cfg` removes. The
/// compiler does not report deprecated items that a derive macro names.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<ItemStruct>(item) else { return TokenStream::new() };
    let at = item.attrs.iter().position(|attribute| attribute.path().is_ident(COMPILED));
    item.ident.set_span(ours(item.ident.span()));
    match at.map(|at| item.attrs.remove(at).meta) {
        Some(Meta::List(args)) => channel(args.tokens, quote!(#item)),
        _ => TokenStream::new(),
    }
}

fn is_derived(item: &TokenStream) -> bool {
    let is_conditional = |attribute: &syn::Attribute| ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name));
    syn::parse2::<ItemStruct>(item.clone()).is_ok_and(|item| {
        is_deprecated(&item.attrs) || item.fields.iter().any(|field| field.attrs.iter().any(is_conditional))
    })
}

/// The items beside the struct.
fn channel(args: TokenStream, item: TokenStream) -> TokenStream {
    match TypedChannel::read(args, item.clone()) {
        Ok(channel) => expand::channel(&channel),
        Err(errors) => {
            let (errors, stand_in) = (errors.to_compile_error(), expand::stand_in(&item));
            quote!(#stand_in #errors)
        }
    }
}
