//! The items of a deprecated function, which name it. The compiler reports such a name unless a derive macro wrote it, and
//! an `allow` would be an error in a crate that forbids the lint.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{Attribute, DeriveInput, Meta};

use crate::syntax::registered::unique_ident;
use crate::syntax::span::ours;

/// The helper attribute that carries the items to the derive macro.
const ITEMS: &str = "__centrifugo_items";

pub(crate) fn is_deprecated(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attribute| attribute.path().is_ident("deprecated"))
}

/// The items that belong to the function.
pub(crate) fn items(function: &Ident, attrs: &[Attribute], items: TokenStream) -> TokenStream {
    if !is_deprecated(attrs) {
        return items;
    }
    let (holder, attribute) = (unique_ident("__centrifugo_deprecated", function), format_ident!("{ITEMS}"));
    quote! {
        #[derive(::centrifugo::__private::DeprecatedItems)]
        #[#attribute(#function #items)]
        struct #holder {}
    }
}

/// Writes the items. The function's name has the span of the derive macro.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let Ok(item) = syn::parse2::<DeriveInput>(item) else { return TokenStream::new() };
    let items = item.attrs.into_iter().find_map(|attribute| match attribute.meta {
        Meta::List(list) if list.path.is_ident(ITEMS) => Some(list.tokens.into_iter()),
        _ => None,
    });
    let Some(mut items) = items else { return TokenStream::new() };
    match items.next() {
        Some(TokenTree::Ident(function)) => renamed(&function, items.collect()),
        _ => TokenStream::new(),
    }
}

fn renamed(function: &Ident, items: TokenStream) -> TokenStream {
    let rename = |mut token: TokenTree| {
        match &token {
            TokenTree::Group(group) => {
                let mut there = Group::new(group.delimiter(), renamed(function, group.stream()));
                there.set_span(group.span());
                return there.into();
            }
            TokenTree::Ident(name) if name == function => {}
            _ => return token,
        }
        token.set_span(ours(token.span()));
        token
    };
    items.into_iter().map(rename).collect()
}
