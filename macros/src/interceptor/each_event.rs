//! The extraction of arguments in an interceptor of several events. The compiler checks once that all events have an
//! extractor, where it would report one error for each of them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::model::event_type;
use crate::handler::expand::nested;
use crate::handler::extraction::{argument_local, name_span, relocated, value_or_return};
use crate::handler::params::Param;
use crate::kind::Kind;
use crate::syntax::span::ours;

/// The assertion that all events have the extractor; none stand for every event. Compiled, and never called.
pub(super) fn assertion(kinds: &[Kind], Param { ty, cfgs, .. }: &Param) -> TokenStream {
    let events = match kinds {
        [] => quote!(__centrifugo::EveryEvent),
        kinds => nested(kinds.iter().map(|kind| event_type(*kind))).to_token_stream(),
    };
    let span = name_span(ty);
    let ty = relocated(ty.to_token_stream(), span);
    quote_spanned!(span=> #(#cfgs)* let _: fn() = __centrifugo::assert_extracted_in_each::<#ty, #events, _>;)
}

/// The `let` statement for an argument in one of the events.
pub(super) fn statement(kind: Kind, index: usize, param: &Param, call: &Ident) -> TokenStream {
    let (local, extractor, span) = (argument_local(index), extractor(kind, &param.ty), name_span(&param.ty));
    let result = quote_spanned!(ours(span)=> #extractor::extract(&#call).await);
    let (value, cfgs) = (value_or_return(&result, span), &param.cfgs);
    quote!(#(#cfgs)* let #local = #value;)
}

/// The function that declares what the extractor needs in one of the events.
pub(super) fn needs(kind: Kind, Param { ty, cfgs, .. }: &Param) -> TokenStream {
    let extractor = extractor(kind, ty);
    quote_spanned!(name_span(ty)=> #(#cfgs)* #extractor::NEEDS)
}

/// The type's extraction, which compiles for any type.
fn extractor(kind: Kind, ty: &Type) -> TokenStream {
    let (event, span) = (event_type(kind), name_span(ty));
    let ty = relocated(ty.to_token_stream(), span);
    quote_spanned!(span=> __centrifugo::ExtractIn::<'_, #ty, #event>)
}
