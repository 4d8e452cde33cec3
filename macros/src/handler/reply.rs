//! The conversion of what a handler returns into the event's reply.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, ReturnType};

use crate::handler::model::Handler;
use crate::handler::selector::Selector;
use crate::kind::{Facet, Kind};
use crate::syntax::span::local;

/// The statements that call the handler and convert what it returns. They have the span of the return type, so that the
/// compiler reports a wrong type there.
pub(super) fn reply(handler: &Handler, called: &TokenStream) -> TokenStream {
    let event = handler.kind.event();
    let span = match &handler.output {
        ReturnType::Default => handler.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let value = local("value");
    // Any value becomes a `Result`, whose error is a `Reject`.
    let result = quote_spanned!(span=> __centrifugo::Returned(#value).__split::<__centrifugo::#event>());
    let reply = match (handler.kind, &handler.selector) {
        (Kind::Stream, Selector::Channel(path)) => {
            let (type_alias, channel) = type_alias(path);
            quote_spanned!(span=> { #type_alias __centrifugo::ReturnedStream(#result).__reply_of::<#channel>() })
        }
        (kind, Selector::Channel(path)) if kind.has(Facet::ReplyData) => {
            let (type_alias, channel) = type_alias(path);
            quote_spanned!(span=> { #type_alias __centrifugo::reply_of::<#channel, __centrifugo::#event, _>(#result) })
        }
        (Kind::Rpc, _) => quote_spanned!(span=> __centrifugo::ReturnedRpc(#result).__reply()),
        (Kind::Stream, _) => quote_spanned!(span=> __centrifugo::ReturnedStream(#result).__reply()),
        (kind, _) => {
            let answer = Ident::new(kind.event_name(), span);
            quote_spanned!(span=> <_ as __centrifugo::answers::#answer<_>>::reply(#result))
        }
    };
    quote! {
        let #value = #called;
        #reply
    }
}

/// A type alias of the channel, and its name. For an unknown type between `<` and `>` the compiler suggests a generic of the
/// function, which would be a second error.
fn type_alias(path: &Path) -> (TokenStream, Ident) {
    let name = Ident::new("__Typed", path.span());
    (quote_spanned!(path.span()=> type #name = #path;), name)
}
