//! The conversion of what a handler returns into the event's reply.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, ReturnType};

use crate::handler::model::Handler;
use crate::handler::selector::Selector;
use crate::kind::Kind;
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
    let split = quote_spanned!(span=> __centrifugo::Returned(#value).__split::<__centrifugo::#event>());
    let reply = match (handler.kind, &handler.selector) {
        (Kind::Stream, Selector::Channel(path)) => {
            let (alias, channel) = alias(path);
            quote_spanned!(span=> { #alias __centrifugo::ReturnedStream(#split).__reply_of::<#channel>() })
        }
        (Kind::Publish | Kind::MapPublish | Kind::SharedPoll, Selector::Channel(path)) => {
            let (alias, channel) = alias(path);
            quote_spanned!(span=> { #alias __centrifugo::reply_of::<#channel, __centrifugo::#event, _>(#split) })
        }
        (Kind::Rpc, _) => quote_spanned!(span=> __centrifugo::ReturnedRpc(#split).__reply()),
        (Kind::Stream, _) => quote_spanned!(span=> __centrifugo::ReturnedStream(#split).__reply()),
        (kind, _) => {
            let answer = Ident::new(kind.event_name(), span);
            quote_spanned!(span=> <_ as __centrifugo::answers::#answer<_>>::reply(#split))
        }
    };
    quote! {
        let #value = #called;
        #reply
    }
}

/// Another name for the channel. The compiler suggests a generic of the function for an unknown type between `<` and `>`,
/// which would be a second error.
fn alias(path: &Path) -> (TokenStream, Ident) {
    let name = Ident::new("__Typed", path.span());
    (quote_spanned!(path.span()=> type #name = #path;), name)
}
