//! The check for `#[topic("UserChannel")]` instead of `#[topic(UserChannel)]`: a valid pattern, but it matches a single
//! channel, which is none of the type's.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::{Path, TypePath};

use crate::handler::model::Handler;
use crate::handler::params::Role;
use crate::handler::pattern::Source;
use crate::syntax::span::respanned;

/// A check that an extractor with the pattern's text as its name is no typed channel: compiled, and never called.
pub(crate) fn unquoted(handler: &Handler) -> Option<TokenStream> {
    let Source::Pattern(written) = &handler.source else { return None };
    let pattern = written.pattern.as_str();
    let name = pattern.rsplit("::").next().unwrap_or_default();
    if !name.starts_with(char::is_uppercase) {
        return None;
    }
    let mut called = Called { name, found: None };
    for param in handler.params.iter().filter(|param| param.role == Role::Extractor && param.cfgs.is_empty()) {
        called.visit_type(&param.ty);
    }
    let ty = called.found?;
    let span = written.literal.span();
    let ty = respanned(ty.to_token_stream(), |token| token.located_at(span));
    let check = quote_spanned!(span=> __centrifugo::NamedAsPattern::<#ty>::new().__is_no_channel());
    Some(quote! {
        const _: fn() = || {
            use __centrifugo::NotTypedChannel as _;
            #check
        };
    })
}

/// Finds the type of this name, also in an `Option`.
struct Called<'n, 't> {
    name: &'n str,
    found: Option<&'t Path>,
}

impl<'t> Visit<'t> for Called<'_, 't> {
    fn visit_type_path(&mut self, ty: &'t TypePath) {
        if ty.path.segments.last().is_some_and(|last| last.ident == self.name && last.arguments.is_none()) {
            self.found = Some(&ty.path);
        }
        visit::visit_type_path(self, ty);
    }
}
