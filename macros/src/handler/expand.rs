//! The expansion of a handler: its registration, which is written beside the function. What is the same for all handlers is
//! in `registered_handler!`, a macro of the runtime; this writes the macro's arguments.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::handler::constant::MaybeConstant;
use crate::handler::extraction::{Extraction, argument};
use crate::handler::model::Handler;
use crate::handler::reply::reply;
use crate::handler::selector::{Selector, as_typed_channel};
use crate::handler::values::values;
use crate::handler::{assertions, unique};
use crate::syntax::registered::Registered;
use crate::syntax::span::{ident_at, local};

pub(super) fn handler(handler: &Handler, registered: &Registered<'_>, item: &TokenStream) -> TokenStream {
    let (type_parts, info) = (registered.type_parts(), info(handler));
    let (functions, markers) = (functions(handler), markers(handler));
    let constant = handler.constant.as_ref();
    let stand_ins = constant.map(|_| MaybeConstant::stand_ins());
    let (import, is_a_type) = (constant.map(MaybeConstant::import), constant.map(MaybeConstant::assertion));
    let (channel_data, quoted_type) = (assertions::channel_data(handler), assertions::quoted_type(handler));
    let collected = (!handler.options.uncollected).then(|| Ident::new("Collected", Span::call_site()));
    let cfgs = &registered.cfgs;
    let items = quote! {
        #(#cfgs)*
        ::centrifugo::__private::registered_handler! {
            #type_parts #info #functions #markers
            { #stand_ins } { #import #is_a_type #channel_data #quoted_type }
            #collected
        }
    };
    let (channel, items) = (unique::typed_channel_marker(handler, cfgs), registered.items(items));
    quote!(#item #channel #items)
}

/// The parts of the handler's `HandlerInfo`.
fn info(handler: &Handler) -> TokenStream {
    let attribute = handler.kind.name();
    let function = handler.ident.unraw().to_string();
    let name = handler.options.name.as_ref().map_or_else(|| function.clone(), LitStr::value);
    let pattern = match &handler.selector {
        Selector::Any => quote!(__centrifugo::None),
        Selector::Pattern(literal) => {
            let text = literal.pattern.as_str();
            quote!(__centrifugo::Some(#text))
        }
        Selector::Channel(path) => {
            let channel = as_typed_channel(path);
            quote!(__centrifugo::Some(#channel::PATTERN))
        }
    };
    let options = [
        (handler.options.ignore_case.is_some(), "ignore_case"),
        (handler.options.anyone, "anyone"),
        (handler.options.binary, "binary"),
    ];
    let options = options.into_iter().filter(|(is_set, _)| *is_set).map(|(_, option)| Ident::new(option, Span::call_site()));
    let timeout = handler.options.timeout.map(|timeout| {
        // The longest duration that an attribute accepts has 63 bits.
        let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        quote!(.timeout(#nanos))
    });
    quote!(#attribute #name #function [#pattern] [#(.#options())* #timeout])
}

/// The functions that differ between handlers: `__bind` reads the values from a name, `__run` extracts the arguments and
/// calls the handler, and `__needs` declares what the extractors need. They have the span of the user's function: the
/// compiler suggests the same generic in all of them for an unknown type, which is one error then.
fn functions(handler: &Handler) -> TokenStream {
    let event = handler.kind.event();
    let (source, call) = (local("values"), local("call"));
    let values = values(handler, &source);
    let (bound, parameter) = if values.is_empty() {
        (quote!(__centrifugo::Some(__centrifugo::Bound::Function(__run))), None)
    } else {
        let read = nested(values.iter().map(|value| &value.read));
        let locals = nested(values.iter().map(|value| &value.local));
        let types = nested(values.iter().map(|value| &value.ty));
        (quote!(__centrifugo::bind(#read, __run)), Some(quote!(, #locals: #types)))
    };
    let extractions = Extraction::all(handler.kind, &handler.params).map(|extraction| extraction.row(&call));
    let function = &handler.ident;
    let arguments = handler.params.iter().enumerate().map(|(index, param)| argument(index, param));
    let called = quote_spanned!(function.span()=> __centrifugo::send(#function(#(#arguments),*)).await);
    let reply = reply(handler, &called);
    let [bind, run, needs] = ["__bind", "__run", "__needs"].map(|name| ident_at(name, function));
    quote! {
        #event [#bind(#source: &mut __centrifugo::Values<'_, '_>)] { #bound }
        [#run(#call: __centrifugo::Call<__centrifugo::#event> #parameter)]
        [#needs()]
        [#(#extractions)*] { #reply }
    }
}

/// `(a, (b, ()))`: a tuple of any length, for which two implementations of a trait are enough.
pub(crate) fn nested(tokens: impl DoubleEndedIterator<Item = impl ToTokens>) -> Group {
    tokens.rev().fold(Group::new(Delimiter::Parenthesis, TokenStream::new()), |inner, outer| {
        let mut pair = outer.into_token_stream();
        pair.extend([TokenTree::from(Punct::new(',', Spacing::Alone)), inner.into()]);
        Group::new(Delimiter::Parenthesis, pair)
    })
}

/// The macros that no other handler of the crate may export.
fn markers(handler: &Handler) -> TokenStream {
    let span = match &handler.selector {
        Selector::Pattern(literal) => literal.lit.span(),
        Selector::Channel(_) | Selector::Any => Span::call_site(),
    };
    let markers = handler.markers.iter().map(|name| unique::marker(name, span));
    quote!([#([#markers])*])
}
