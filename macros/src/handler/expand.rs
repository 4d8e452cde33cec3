//! Writes what is registered for a handler, beside the function.

use centrifugo_pattern::Placeholder;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Path, ReturnType, Type};

use crate::handler::model::Handler;
use crate::handler::params::{Param, Role};
use crate::handler::pattern::{MaybeConstant, Source};
use crate::handler::quoted::unquoted;
use crate::handler::unique;
use crate::kind::Kind;
use crate::syntax::option::inner;
use crate::syntax::registered::Registered;
use crate::syntax::span::{local, ours};

pub(crate) fn handler(handler: &Handler, registered: &Registered<'_>, item: &TokenStream) -> TokenStream {
    let (frame, about, bind) = (registered.frame(), about(handler), bind(handler));
    let (claims, carried, unquoted) = (claims(handler), carried(handler), unquoted(handler));
    let constant = handler.constant.as_ref();
    let around = constant.map(|_| MaybeConstant::around());
    let (import, check) = (constant.map(MaybeConstant::import), constant.map(MaybeConstant::check));
    let collected = (!handler.options.uncollected).then(|| Ident::new("Collected", Span::call_site()));
    let (channel, cfgs) = (channel_claim(handler, &registered.cfgs), &registered.cfgs);
    let items = quote! {
        #(#cfgs)*
        ::centrifugo::__private::registered_handler! {
            #frame #about #bind #claims { #around } { #import #check #carried #unquoted } #collected
        }
    };
    let items = registered.items(items);
    quote!(#item #channel #items)
}

fn about(handler: &Handler) -> TokenStream {
    let attribute = handler.kind.name();
    let function = handler.ident.unraw().to_string();
    let name = handler.options.name.as_ref().map_or_else(|| function.clone(), syn::LitStr::value);
    let pattern = match &handler.source {
        Source::Any => quote!(__centrifugo::None),
        Source::Pattern(written) => {
            let text = written.pattern.as_str();
            quote!(__centrifugo::Some(#text))
        }
        Source::Type(path) => {
            let channel = channel(path);
            quote!(__centrifugo::Some(#channel::PATTERN))
        }
    };
    let options = [
        (handler.options.ignore_case.is_some(), "ignore_case"),
        (handler.options.anyone, "anyone"),
        (handler.options.binary, "binary"),
    ];
    let options = options.into_iter().filter(|(is_set, _)| *is_set).map(|(_, option)| Ident::new(option, Span::call_site()));
    quote!(#attribute #name #function [#pattern] [#(.#options())*])
}

/// What differs between the functions of two handlers: from a name's values to a function that takes the call.
fn bind(handler: &Handler) -> TokenStream {
    let event = handler.kind.event();
    let (values, call) = (local("values"), local("call"));
    let arguments = handler.params.iter().enumerate().map(|(at, param)| argument(at, param));
    let extracts = extractors(handler).map(|(at, param)| extractor(handler.kind, at, param, &call));
    let reads = reads(handler, &values);
    let (bound, taken) = if reads.is_empty() {
        (quote!(__centrifugo::Some(__centrifugo::Bound::Function(__run))), None)
    } else {
        let read = nested(reads.iter().map(|read| &read.value));
        let locals = nested(reads.iter().map(|read| &read.local));
        let types = nested(reads.iter().map(|read| &read.ty));
        (quote!(__centrifugo::bind(#read, __run)), Some(quote!(, #locals: #types)))
    };
    let function = &handler.ident;
    let called = quote_spanned!(function.span()=> __centrifugo::send(#function(#(#arguments),*)).await);
    let answer = answer(handler, &called);
    let [bind, run, needed] = ["__bind", "__run", "__needs"].map(|name| beside(name, function));
    quote! {
        #event [#bind(#values: &mut __centrifugo::Values<'_, '_>)] { #bound }
        [#run(#call: __centrifugo::Call<__centrifugo::#event> #taken)]
        [#needed()]
        [#(#extracts)*] { #answer }
    }
}

/// `(a, (b, ()))`: as many as there are, for two implementations.
fn nested(tokens: impl DoubleEndedIterator<Item = impl ToTokens>) -> Group {
    tokens.rev().fold(Group::new(Delimiter::Parenthesis, TokenStream::new()), |inner, outer| {
        let mut pair = outer.into_token_stream();
        pair.extend([TokenTree::from(Punct::new(',', Spacing::Alone)), inner.into()]);
        Group::new(Delimiter::Parenthesis, pair)
    })
}

/// The extractors, each with its place among the arguments.
fn extractors(handler: &Handler) -> impl Iterator<Item = (usize, &Param)> {
    handler.params.iter().enumerate().filter(|(_, param)| param.role == Role::Extractor)
}

/// What the function is given in this place.
pub(crate) fn argument(at: usize, Param { cfgs, .. }: &Param) -> TokenStream {
    let local = nth(at);
    quote!(#(#cfgs)* #local)
}

/// The value of one extractor in one of several events: whether all of them have it, is told once by [`everywhere`].
pub(crate) fn extracted_somewhere(kind: Kind, at: usize, param: &Param, call: &Ident) -> TokenStream {
    let (taken_to, somewhere, span) = (nth(at), somewhere(kind, &param.ty), name_of(&param.ty));
    let extracted = quote_spanned!(ours(span)=> #somewhere::extract(&#call).await);
    let (extracted, cfgs) = (taken(&extracted, span), &param.cfgs);
    quote!(#(#cfgs)* let #taken_to = #extracted;)
}

/// The function that tells what such an extractor needs.
pub(crate) fn needed_somewhere(kind: Kind, Param { ty, cfgs, .. }: &Param) -> TokenStream {
    let somewhere = somewhere(kind, ty);
    quote_spanned!(name_of(ty)=> #(#cfgs)* #somewhere::NEEDS)
}

fn somewhere(kind: Kind, ty: &Type) -> TokenStream {
    let (event, span) = (event(kind), name_of(ty));
    let ty = moved(ty.to_token_stream(), span);
    quote_spanned!(span=> __centrifugo::ExtractIn::<'_, #ty, #event>)
}

/// Whether all of the events have the extractor; none stand for every event. Compiled, and never called.
pub(crate) fn everywhere(kinds: &[Kind], Param { ty, cfgs, .. }: &Param) -> TokenStream {
    let events = match kinds {
        [] => quote!(__centrifugo::EveryEvent),
        kinds => nested(kinds.iter().map(|kind| event(*kind))).to_token_stream(),
    };
    let span = name_of(ty);
    let ty = moved(ty.to_token_stream(), span);
    quote_spanned!(span=> #(#cfgs)* let _: fn() = __centrifugo::assert_extracted_in_each::<#ty, #events, _>;)
}

/// An extractor of a handler: its local variable, its value now and later, and the function for its needs. All of it has the
/// place of the type's name, as the compiler reports a mistake in the type once for each place.
fn extractor(kind: Kind, at: usize, Param { ty, cfgs, .. }: &Param, call: &Ident) -> TokenStream {
    let (taken_to, extract) = (nth(at), extract(kind, ty));
    quote_spanned! {name_of(ty)=>
        [#(#cfgs)*] #taken_to
        (__centrifugo::Extraction(#extract::extract(&#call)).__begin())
        __local_rest (__local_rest.await)
        (#extract::needs)
    }
}

/// The value of one extractor of an interceptor. The future that is left of it may be of a type without values:
/// `unreachable_code` is allowed, as rustc 1.89 warns of that.
pub(crate) fn extracted(kind: Kind, at: usize, Param { ty, cfgs, .. }: &Param, call: &Ident) -> TokenStream {
    let taken_to = nth(at);
    let extract = extract(kind, ty);
    let span = name_of(ty);
    let begun = quote_spanned!(span=> __centrifugo::Extraction(#extract::extract(&#call)).__begin());
    // The compiler looks at what an extractor returns wherever that stands, and reports a mistake once for each place.
    let rest = Ident::new(&local("rest").to_string(), span);
    let awaited = quote_spanned!(span=> #rest.await);
    let extracted = quote_spanned!(ours(span)=> match #begun {
        __centrifugo::Ok(#rest) => #rest,
        __centrifugo::Err(#rest) => #awaited,
    });
    let extracted = taken(&extracted, span);
    quote!(#(#cfgs)* let #taken_to = #extracted;)
}

/// A value that is read from a name.
struct Read {
    /// `None` if it isn't of the type.
    value: TokenStream,
    local: Ident,
    ty: TokenStream,
}

/// The placeholders' values, in the pattern's order.
fn reads(handler: &Handler, values: &Ident) -> Vec<Read> {
    let read_by = |role: Role| {
        let at = handler.params.iter().position(|param| param.role == role)?;
        Some((nth(at), &handler.params[at].ty))
    };
    match &handler.source {
        Source::Any => Vec::new(),
        Source::Pattern(written) => {
            let is_lenient = handler.options.lenient.is_some();
            let read = |(index, (placeholder, _)): (usize, (&Placeholder, &str))| {
                let (local, ty) = read_by(Role::Placeholder(index))?;
                let value = value(ty, values, placeholder.is_optional(), is_lenient);
                Some(Read { value, local, ty: ty.to_token_stream() })
            };
            written.named().enumerate().filter_map(read).collect()
        }
        Source::Type(path) => {
            let channel = channel(path);
            let local = read_by(Role::Channel).map_or_else(|| nth(handler.params.len()), |(local, _)| local);
            vec![Read { value: quote_spanned!(path.span()=> #channel::read(#values)), local, ty: path.to_token_stream() }]
        }
    }
}

/// The next value as this type; `None` if it isn't one, or isn't spelt as the type writes it.
pub(crate) fn value(ty: &Type, values: &Ident, is_optional: bool, is_lenient: bool) -> TokenStream {
    let (ty, method) = match inner(ty) {
        Some(inner) if is_optional => (inner, "optional"),
        Some(_) => return always(ty, values, is_lenient),
        None => (ty, "value"),
    };
    if is_lenient {
        let function = Ident::new(method, ty.span());
        return quote_spanned!(ty.span()=> __centrifugo::#function::<#ty>(#values));
    }
    let method = format_ident!("__{method}", span = ty.span());
    quote_spanned!(ty.span()=> __centrifugo::StrictPlaceholder::<#ty>::new().#method(#values))
}

/// The value of a placeholder that is always there, of a type called `Option`: only the compiler knows whether it is the
/// app's own.
fn always(ty: &Type, values: &Ident, is_lenient: bool) -> TokenStream {
    let method = Ident::new(if is_lenient { "__lenient" } else { "__strict" }, ty.span());
    let value = quote_spanned!(ty.span()=> __centrifugo::RequiredPlaceholder::<#ty>::new().#method().__value(#values));
    quote!({
        use __centrifugo::AnotherOption as _;
        #value
    })
}

/// From what the function returns to the event's reply.
fn answer(handler: &Handler, called: &TokenStream) -> TokenStream {
    let event = handler.kind.event();
    let span = match &handler.output {
        ReturnType::Default => handler.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let value = local("value");
    let split = quote_spanned!(span=> __centrifugo::Returned(#value).__split::<__centrifugo::#event>());
    let reply = match (handler.kind, &handler.source) {
        (Kind::Stream, Source::Type(path)) => {
            let (alias, channel) = alias(path);
            quote_spanned!(span=> { #alias __centrifugo::ReturnedStream(#split).__reply_of::<#channel>() })
        }
        (Kind::Publish | Kind::MapPublish | Kind::SharedPoll, Source::Type(path)) => {
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

/// Another name for the channel, as for an unknown type between `<` and `>` the compiler suggests a generic of the function.
fn alias(path: &Path) -> (TokenStream, Ident) {
    let name = Ident::new("__Typed", path.span());
    (quote_spanned!(path.span()=> type #name = #path;), name)
}

/// The value of a `Result`. What `?` expands to besides is compiled for each type anew.
fn taken(result: &TokenStream, span: Span) -> TokenStream {
    let taken = local("taken");
    quote_spanned!(ours(span)=> match #result {
        __centrifugo::Ok(#taken) => #taken,
        __centrifugo::Err(#taken) => return __centrifugo::Err(#taken),
    })
}

/// A name in the place of the user's function: a type that is unknown is one error then, as the compiler suggests the same
/// generic in both functions.
pub(crate) fn beside(name: &str, function: &Ident) -> Ident {
    Ident::new(name, function.span())
}

/// The function that tells what an extractor needs.
pub(crate) fn needed(kind: Kind, Param { ty, cfgs, .. }: &Param) -> TokenStream {
    let extract = extract(kind, ty);
    quote_spanned!(name_of(ty)=> #(#cfgs)* #extract::needs)
}

/// Whether a handler takes what clients publish to its typed channel: compiled, and never called.
fn carried(handler: &Handler) -> Option<TokenStream> {
    let (method, path) = match (handler.kind, &handler.source) {
        (Kind::Publish | Kind::MapPublish, Source::Type(path)) => ("__published_to", path),
        (Kind::Stream, Source::Type(path)) => ("__streamed_to", path),
        _ => return None,
    };
    let carried = extractors(handler).map(|(_, Param { ty, cfgs, .. })| {
        let span = name_of(ty);
        let (ty, path) = (moved(ty.to_token_stream(), span), moved(path.to_token_stream(), span));
        let method = Ident::new(method, span);
        quote_spanned!(span=> #(#cfgs)* __centrifugo::ExtractorOf::<#ty>::new().#method::<#path>();)
    });
    Some(quote! {
        const _: fn() = || {
            #(#carried)*
        };
    })
}

/// What the handler claims, where two handlers that claim the same are marked.
fn claims(handler: &Handler) -> TokenStream {
    let at = match &handler.source {
        Source::Pattern(written) => written.literal.span(),
        Source::Type(_) | Source::Any => Span::call_site(),
    };
    let claims = handler.claims.iter().map(|name| unique::claim(name, at));
    quote!([#([#claims])*])
}

/// The typed channel that it claims.
fn channel_claim(handler: &Handler, cfgs: &[Attribute]) -> Option<TokenStream> {
    match &handler.source {
        Source::Type(path) if !handler.options.uncollected => unique::of_type(handler, path, cfgs),
        _ => None,
    }
}

fn nth(at: usize) -> Ident {
    local(&at.to_string())
}

pub(crate) fn event(kind: Kind) -> TokenStream {
    let event = kind.event();
    quote!(__centrifugo::#event)
}

/// The extractor, all of it where its type's name stands: the compiler tells a mistake once for each place.
fn extract(kind: Kind, ty: &syn::Type) -> TokenStream {
    let (event, span) = (kind.event(), name_of(ty));
    let ty = moved(ty.to_token_stream(), span);
    // An app may have imported `Extract`, and a longer path to it would be reported as unnecessary if it were the app's own.
    quote_spanned!(span=> <#ty as __Extract<'_, __centrifugo::#event>>)
}

/// Where the name of a type stands: `Data` of `&centrifugo::Data<T>`.
fn name_of(ty: &syn::Type) -> Span {
    match ty {
        syn::Type::Reference(reference) => name_of(&reference.elem),
        syn::Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |name| name.ident.span()),
        _ => ty.span(),
    }
}

/// The same tokens, in another place. Names between `<` and `>` stay where they are, so that the error of an unknown one is
/// the function's own.
fn moved(tokens: TokenStream, to: Span) -> TokenStream {
    let mut is_inside = false;
    let place = |mut token: TokenTree| {
        match &token {
            TokenTree::Ident(_) if is_inside => return token,
            TokenTree::Group(group) => {
                let mut there = Group::new(group.delimiter(), moved(group.stream(), to));
                there.set_span(group.span());
                token = there.into();
            }
            TokenTree::Punct(open) => is_inside |= open.as_char() == '<',
            _ => {}
        }
        token.set_span(token.span().located_at(to));
        token
    };
    tokens.into_iter().map(place).collect()
}

fn channel(path: &Path) -> TokenStream {
    quote_spanned!(path.span()=> <#path as __centrifugo::TypedChannel>)
}
