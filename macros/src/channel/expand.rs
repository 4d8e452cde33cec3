//! The expansion of a typed channel: the implementations that make a struct a channel.

use centrifugo_pattern::{Placeholder, Segment};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, ItemStruct, Type};

use super::model::{TypedChannel, field_name};
use crate::handler::values::read_value;
use crate::syntax::compiler::this_crate;
use crate::syntax::option_type::inner;
use crate::syntax::span::{local, ours};
use crate::syntax::unnamed_const::unnamed_const;

pub(crate) fn channel(channel: &TypedChannel) -> TokenStream {
    let TypedChannel { ident, attrs, .. } = channel;
    let pattern = channel.literal.pattern.as_str();
    let name = ident.unraw().to_string();
    let typed = typed(ident, pattern, &read(channel), &write(channel), is_as_sent(channel));
    let (named, carries, receives) = (named(ident), carries(ident, channel.data.as_ref()), receives(channel));
    unnamed_const(
        attrs,
        &quote! {
            #typed
            #named
            #carries
            #receives

            __centrifugo::inventory::submit! {
                __centrifugo::CollectedChannel {
                    pattern: #pattern,
                    name: #name,
                    file: ::std::file!(),
                    line: ::std::line!(),
                }
            }
        },
    )
}

/// The implementation for a refused struct: it is a channel anyway, so that its uses aren't errors as well.
pub(crate) fn stand_in(item: &TokenStream) -> TokenStream {
    match syn::parse2::<ItemStruct>(item.clone()) {
        Ok(ItemStruct { ident, generics, attrs, .. }) if generics.params.is_empty() => {
            let typed = typed(&ident, "", &quote!(__centrifugo::None), &TokenStream::new(), true);
            let (named, carries, receives) = (named(&ident), carries(&ident, None), any_received(&ident));
            unnamed_const(&attrs, &quote!(#typed #named #carries #receives))
        }
        _ => TokenStream::new(),
    }
}

fn typed(ident: &Ident, pattern: &str, read: &TokenStream, write: &TokenStream, as_sent: bool) -> TokenStream {
    let (values, this, writer) = (values(), this(), writer());
    let this_crate = this_crate().unwrap_or_default();
    quote! {
        impl __centrifugo::TypedChannel for #ident {
            const PATTERN: &'static __centrifugo::str = #pattern;
            const CRATE: __centrifugo::u64 = #this_crate;
            const AS_SENT: __centrifugo::bool = #as_sent;

            fn read(#values: &mut __centrifugo::Values<'_, '_>) -> __centrifugo::Option<Self> {
                #read
            }

            fn write(&#this, #writer: &mut __centrifugo::Writer) {
                #write
            }
        }
    }
}

/// The names of its generics are names that no struct of the user has.
fn named(ident: &Ident) -> TokenStream {
    let (this, call) = (this(), local("call"));
    quote! {
        impl ::centrifugo::ToChannel for #ident {
            fn to_channel(&#this) -> __centrifugo::Result<::centrifugo::Channel, ::centrifugo::InvalidChannel> {
                __centrifugo::to_channel(#this)
            }
        }

        impl<'c, __Event: ::centrifugo::HasChannel> __centrifugo::Extract<'c, __Event> for #ident {
            fn extract(#call: &'c __centrifugo::Call<__Event>) -> __centrifugo::Immediate<'c, __Event, Self> {
                __centrifugo::extract_channel(#call)
            }

            // A channel's name holds nothing about the client.
            fn needs(_: &mut __centrifugo::Needs) {}
        }
    }
}

/// The type of data: one, or any.
fn carries(ident: &Ident, data: Option<&Type>) -> TokenStream {
    match data {
        Some(ty) => quote!(impl ::centrifugo::Carries<#ty> for #ident {}),
        None => quote!(impl<__Data: ?::std::marker::Sized> ::centrifugo::Carries<__Data> for #ident {}),
    }
}

/// The type of what clients publish: one, or any.
fn receives(channel: &TypedChannel) -> TokenStream {
    let TypedChannel { ident, data, from_client, .. } = channel;
    let Some(ty) = from_client.as_ref().or(data.as_ref()) else { return any_received(ident) };
    let untyped = data.is_none().then(|| marker(ident, "Untyped"));
    let as_sent = is_as_sent(channel).then(|| marker(ident, "AsSent"));
    quote! {
        impl __centrifugo::Receives<#ty> for #ident {}
        #untyped
        #as_sent
    }
}

fn any_received(ident: &Ident) -> TokenStream {
    let (untyped, as_sent) = (marker(ident, "Untyped"), marker(ident, "AsSent"));
    quote! {
        impl<__Data: ?::std::marker::Sized> __centrifugo::Receives<__Data> for #ident {}
        #untyped
        #as_sent
    }
}

fn marker(ident: &Ident, name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote!(impl __centrifugo::#name for #ident {})
}

/// Whether what clients send has the type of what is published.
fn is_as_sent(TypedChannel { data, from_client, .. }: &TypedChannel) -> bool {
    data.is_none() || from_client.is_none()
}

fn values() -> Ident {
    local("values")
}

fn writer() -> Ident {
    local("writer")
}

/// `self` with the same hygiene everywhere, also beside a field that comes from a `macro_rules!` macro.
fn this() -> Ident {
    Ident::new("self", Span::mixed_site())
}

fn read(channel: &TypedChannel) -> TokenStream {
    let values = values();
    let placeholders: Vec<_> = channel.literal.pattern.placeholders().collect();
    let reads = channel.fields.iter().enumerate().map(|(at, field)| {
        let is_optional = placeholders.get(at).is_some_and(|placeholder| placeholder.is_optional());
        let (read, value) = (nth(at), read_value(&field.ty, &values, is_optional, channel.is_lenient));
        quote!(let #read = #value?;)
    });
    let fields = channel.fields.iter().enumerate().map(|(at, field)| {
        let (name, read) = (&field.ident, nth(at));
        quote!(#name: #read)
    });
    quote! {
        #(#reads)*
        __centrifugo::Some(Self { #(#fields),* })
    }
}

/// The optional tail is written as soon as one of its fields has a value. One that has none is written as nothing, which the
/// writer refuses: half a tail is no channel.
fn write(channel: &TypedChannel) -> TokenStream {
    let mut fields = channel.fields.iter();
    let head = pieces(channel.literal.pattern.head(), &mut fields);
    let Some(tail) = channel.literal.pattern.tail() else { return head };
    let this = this();
    let conditions = fields.clone().map(|field| {
        let name = &field.ident;
        quote!(__centrifugo::Option::is_some(&#this.#name))
    });
    let conditions = quote!(#(#conditions)||*);
    let tail = pieces(tail, &mut fields);
    quote! {
        #head
        if #conditions {
            #tail
        }
    }
}

fn pieces<'f>(segments: &[Segment], fields: &mut impl Iterator<Item = &'f Field>) -> TokenStream {
    let writer = writer();
    let pieces = segments.iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(quote!(#writer.literal(#text);)),
        Segment::Placeholder(placeholder) => {
            let field = fields.next()?;
            Some(piece(field, placeholder))
        }
    });
    pieces.collect()
}

fn piece(field: &Field, placeholder: &Placeholder) -> TokenStream {
    let (writer, value) = (writer(), local("value"));
    let (ident, ty, name) = (&field.ident, &field.ty, field_name(field));
    // At the type, so that a type that can't be written is reported there.
    let this = Ident::new("self", ours(ty.span()));
    let method = if placeholder.is_rest() { "rest" } else { "value" };
    let written = |ty: &Type, value: &TokenStream| {
        let method = Ident::new(&format!("__{method}"), ty.span());
        quote_spanned!(ty.span()=> __centrifugo::ChannelField(#value).#method(#name, #writer))
    };
    match inner(ty) {
        Some(inner) if placeholder.is_optional() => {
            let (write, method) = (written(inner, &value.to_token_stream()), Ident::new(method, Span::call_site()));
            quote! {
                match &#this.#ident {
                    __centrifugo::Some(#value) => #write,
                    __centrifugo::None => #writer.#method(#name, ""),
                }
            }
        }
        Some(_) => {
            let always = quote_spanned!(ty.span()=> __centrifugo::RequiredPlaceholder::<#ty>::new());
            let write = written(ty, &value.to_token_stream());
            quote!({
                use __centrifugo::AnotherOption as _;
                #always.__write(&#this.#ident, |#value| #write);
            })
        }
        None => {
            let write = written(ty, &quote_spanned!(ty.span()=> &#this.#ident));
            quote!(#write;)
        }
    }
}

fn nth(at: usize) -> Ident {
    local(&at.to_string())
}
