//! Assertions about types, which the compiler alone can check. They are compiled and never called.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::{Path, TypePath};

use crate::handler::extraction::{Extraction, name_span, relocated};
use crate::handler::model::Handler;
use crate::handler::params::{Param, Role};
use crate::handler::selector::Selector;
use crate::kind::{Facet, Kind};
use crate::syntax::span::respanned;

/// The assertion that whatever `Data<T>` or `Publications<T>` a handler takes has the type that clients send to its typed
/// channel.
pub(super) fn channel_data(handler: &Handler) -> Option<TokenStream> {
    let Selector::Channel(path) = &handler.selector else { return None };
    let method = match handler.kind {
        Kind::Stream => "__streamed_to",
        kind if kind.has(Facet::ClientData) => "__published_to",
        _ => return None,
    };
    let calls =
        Extraction::all(handler.kind, &handler.params).map(|Extraction { param: Param { ty, cfgs, .. }, .. }| {
            let span = name_span(ty);
            let (ty, path) = (relocated(ty.to_token_stream(), span), relocated(path.to_token_stream(), span));
            let method = Ident::new(method, span);
            quote_spanned!(span=> #(#cfgs)* __centrifugo::ExtractorOf::<#ty>::new().#method::<#path>();)
        });
    Some(quote! {
        const _: fn() = || {
            #(#calls)*
        };
    })
}

/// The assertion that an extractor with the pattern's text as its name is no typed channel. `#[topic("UserChannel")]`
/// instead of `#[topic(UserChannel)]` is a valid pattern, but it matches a single channel, which is none of the type's.
pub(super) fn quoted_type(handler: &Handler) -> Option<TokenStream> {
    let Selector::Pattern(literal) = &handler.selector else { return None };
    let pattern = literal.pattern.as_str();
    let name = pattern.rsplit("::").next().unwrap_or_default();
    if !name.starts_with(char::is_uppercase) {
        return None;
    }
    let mut search = TypeNamed { name, found: None };
    for param in handler.params.iter().filter(|param| param.role == Role::Extractor && param.cfgs.is_empty()) {
        search.visit_type(&param.ty);
    }
    let ty = search.found?;
    let span = literal.lit.span();
    let ty = respanned(ty.to_token_stream(), |token| token.located_at(span));
    let check = quote_spanned!(span=> __centrifugo::NamedAsPattern::<#ty>::new().__is_no_channel());
    Some(quote! {
        const _: fn() = || {
            use __centrifugo::NotTypedChannel as _;
            #check
        };
    })
}

/// A search for the type of a name, also in an `Option`.
struct TypeNamed<'n, 't> {
    name: &'n str,
    found: Option<&'t Path>,
}

impl<'t> Visit<'t> for TypeNamed<'_, 't> {
    fn visit_type_path(&mut self, ty: &'t TypePath) {
        if ty.path.segments.last().is_some_and(|last| last.ident == self.name && last.arguments.is_none()) {
            self.found = Some(&ty.path);
        }
        visit::visit_type_path(self, ty);
    }
}
