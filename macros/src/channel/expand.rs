//! Writes what makes a struct a channel.

use centrifugo_pattern::Segment;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Field, ItemStruct, Type};

use super::model::TypedChannel;
use crate::claim;
use crate::expand::{import, value};
use crate::option_type::inner;

pub(crate) fn channel(channel: &TypedChannel) -> TokenStream {
    let TypedChannel { ident, cfgs, .. } = channel;
    let pattern = channel.written.pattern.as_str();
    let name = ident.unraw().to_string();
    let typed = typed(ident, cfgs, pattern, &read(channel), &write(channel), is_as_sent(channel));
    let named = named(ident, cfgs);
    let carries = carries(ident, cfgs, channel.data.as_ref());
    let receives = receives(channel);
    quote! {
        #typed
        #named
        #carries
        #receives

        #(#cfgs)*
        ::centrifugo::__private::inventory::submit! {
            ::centrifugo::__private::CollectedChannel {
                pattern: #pattern,
                name: #name,
                file: ::std::file!(),
                line: ::std::line!(),
            }
        }
    }
}

/// A refused struct is a channel nevertheless, so that its uses aren't errors as well.
pub(crate) fn stand_in(item: &TokenStream) -> TokenStream {
    match syn::parse2::<ItemStruct>(item.clone()) {
        Ok(ItemStruct { ident, generics, attrs, .. }) if generics.params.is_empty() => {
            let cfgs = crate::function::cfgs(&attrs);
            let typed = typed(&ident, &cfgs, "", &quote!(::std::option::Option::None), &TokenStream::new(), true);
            let named = named(&ident, &cfgs);
            let carries = carries(&ident, &cfgs, None);
            let receives = any_received(&ident, &cfgs);
            quote!(#typed #named #carries #receives)
        }
        _ => TokenStream::new(),
    }
}

fn typed(
    ident: &Ident,
    cfgs: &[Attribute],
    pattern: &str,
    read: &TokenStream,
    write: &TokenStream,
    as_sent: bool,
) -> TokenStream {
    let (values, writer) = (values(), writer());
    let this_crate = claim::this_crate().unwrap_or_default();
    quote! {
        #(#cfgs)*
        #[allow(unused_variables, deprecated)]
        impl ::centrifugo::__private::TypedChannel for #ident {
            const PATTERN: &'static str = #pattern;
            const CRATE: u64 = #this_crate;
            const AS_SENT: bool = #as_sent;

            fn read(#values: &mut ::centrifugo::__private::Values<'_, '_>) -> ::std::option::Option<Self> {
                #read
            }

            fn write(&self, #writer: &mut ::centrifugo::__private::Writer) {
                #write
            }
        }
    }
}

fn named(ident: &Ident, cfgs: &[Attribute]) -> TokenStream {
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl ::centrifugo::ToChannel for #ident {
            fn to_channel(&self) -> ::std::result::Result<::centrifugo::Channel, ::centrifugo::InvalidChannel> {
                ::centrifugo::__private::to_channel(self)
            }
        }

        #(#cfgs)*
        #[allow(deprecated, refining_impl_trait)]
        impl<'c, E: ::centrifugo::HasChannel> ::centrifugo::Extract<'c, E> for #ident {
            fn extract(call: &'c ::centrifugo::Call<E>) -> ::centrifugo::__private::Now<'c, E, Self> {
                ::centrifugo::__private::extract_channel(call)
            }

            // What a channel is called says nothing of who asks.
            fn needs(_: &mut ::centrifugo::Needs) {}
        }
    }
}

/// One type of data, or any.
fn carries(ident: &Ident, cfgs: &[Attribute], data: Option<&Type>) -> TokenStream {
    let carries = match data {
        Some(ty) => quote!(impl ::centrifugo::Carries<#ty> for #ident {}),
        None => quote!(impl<T: ?::std::marker::Sized> ::centrifugo::Carries<T> for #ident {}),
    };
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        #carries
    }
}

/// What clients publish: one type, or any.
fn receives(channel: &TypedChannel) -> TokenStream {
    let TypedChannel { ident, cfgs, data, from_client, .. } = channel;
    let Some(ty) = from_client.as_ref().or(data.as_ref()) else { return any_received(ident, cfgs) };
    let receives = quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl ::centrifugo::__private::Receives<#ty> for #ident {}
    };
    let untyped = data.is_none().then(|| marker(ident, cfgs, "Untyped"));
    let as_sent = is_as_sent(channel).then(|| marker(ident, cfgs, "AsSent"));
    quote!(#receives #untyped #as_sent)
}

fn any_received(ident: &Ident, cfgs: &[Attribute]) -> TokenStream {
    let (untyped, as_sent) = (marker(ident, cfgs, "Untyped"), marker(ident, cfgs, "AsSent"));
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl<T: ?::std::marker::Sized> ::centrifugo::__private::Receives<T> for #ident {}
        #untyped
        #as_sent
    }
}

fn marker(ident: &Ident, cfgs: &[Attribute], name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote! {
        #(#cfgs)*
        #[allow(deprecated)]
        impl ::centrifugo::__private::#name for #ident {}
    }
}

/// Whether what clients send has the type of what is published.
fn is_as_sent(TypedChannel { data, from_client, .. }: &TypedChannel) -> bool {
    data.is_none() || from_client.is_none()
}

fn values() -> Ident {
    Ident::new("values", Span::mixed_site())
}

fn writer() -> Ident {
    Ident::new("writer", Span::mixed_site())
}

fn read(channel: &TypedChannel) -> TokenStream {
    let values = values();
    let reads = channel.fields.iter().enumerate().map(|(at, field)| {
        let (local, value) = (local(at), value(&field.ty, &values, channel.is_lenient));
        quote!(let #local = #value?;)
    });
    let fields = channel.fields.iter().enumerate().map(|(at, field)| {
        let (name, local) = (&field.ident, local(at));
        quote!(#name: #local)
    });
    let import = import();
    quote! {
        #import
        #(#reads)*
        __centrifugo::Some(Self { #(#fields),* })
    }
}

/// The optional tail is written as soon as one of its fields has a value. One that has none is written as nothing, which the
/// writer refuses: half a tail is no channel.
fn write(channel: &TypedChannel) -> TokenStream {
    let mut fields = channel.fields.iter();
    let head = pieces(channel.written.pattern.head(), &mut fields);
    let Some(tail) = channel.written.pattern.tail() else { return head };
    let conditions = fields.clone().map(|field| {
        let name = &field.ident;
        quote!(self.#name.is_some())
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
            let method = Ident::new(if placeholder.is_rest() { "rest" } else { "value" }, Span::call_site());
            Some(piece(field, &method))
        }
    });
    pieces.collect()
}

fn piece(field: &Field, method: &Ident) -> TokenStream {
    let writer = writer();
    let (ident, name) = (&field.ident, field.ident.to_token_stream().to_string());
    let name = name.trim_start_matches("r#");
    match inner(&field.ty) {
        Some(inner) => {
            let value = Ident::new("value", Span::mixed_site());
            let write = quote_spanned!(inner.span()=> #writer.#method(#name, #value));
            quote! {
                match &self.#ident {
                    ::std::option::Option::Some(#value) => #write,
                    ::std::option::Option::None => #writer.#method(#name, ""),
                }
            }
        }
        None => quote_spanned!(field.ty.span()=> #writer.#method(#name, &self.#ident);),
    }
}

fn local(at: usize) -> Ident {
    format_ident!("field_{at}", span = Span::mixed_site())
}
