//! Writes how the enum becomes a `Reject`, and how `?` makes its internal variants.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use super::attribute::Answer;
use super::model::{Enum, Reject};

pub(super) fn rejects(Enum { ident, variants }: &Enum) -> TokenStream {
    let arms = variants.iter().map(|variant| arm(ident, variant));
    let froms = variants.iter().filter_map(|variant| from(ident, variant));
    quote! {
        #[automatically_derived]
        impl ::std::convert::From<#ident> for ::centrifugo::Reject {
            fn from(rejected: #ident) -> Self {
                match rejected { #(#arms)* }
            }
        }
        #(#froms)*
    }
}

/// A refused enum becomes a `Reject` nevertheless, so that its uses aren't errors as well.
pub(super) fn stand_in(item: TokenStream) -> TokenStream {
    let Ok(DeriveInput { ident, generics, .. }) = syn::parse2(item) else { return TokenStream::new() };
    let (generics, types, clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::std::convert::From<#ident #types> for ::centrifugo::Reject #clause {
            fn from(_: #ident #types) -> Self {
                ::centrifugo::Reject::internal("refused when compiled")
            }
        }
    }
}

fn arm(ident: &Ident, variant: &Reject) -> TokenStream {
    let name = &variant.ident;
    match &variant.answer {
        Answer::Error { code, message, temporary } => {
            let temporary = temporary.then(|| quote!(.temporary()));
            quote! {
                #ident::#name { .. } => {
                    const ANSWER: ::centrifugo::ErrorReply = ::centrifugo::ErrorReply::new(#code, #message) #temporary;
                    ::std::convert::From::from(ANSWER)
                }
            }
        }
        Answer::Disconnect { code, reason } => quote! {
            #ident::#name { .. } => {
                const ANSWER: ::centrifugo::Disconnect = ::centrifugo::Disconnect::new(#code, #reason);
                ::std::convert::From::from(ANSWER)
            }
        },
        Answer::Internal => internal(ident, variant),
    }
}

fn internal(ident: &Ident, variant: &Reject) -> TokenStream {
    let name = &variant.ident;
    let Some(field) = variant.fields.iter().next() else {
        let cause = format!("{ident}::{name}");
        return quote!(#ident::#name { .. } => ::centrifugo::Reject::internal(#cause),);
    };
    let member = field.ident.as_ref().map_or_else(|| quote!(0), |name| quote!(#name));
    let cause = Ident::new("cause", Span::mixed_site());
    let reject = quote_spanned!(field.ty.span()=> ::centrifugo::Reject::internal(#cause));
    quote!(#ident::#name { #member: #cause } => #reject,)
}

fn from(ident: &Ident, variant: &Reject) -> Option<TokenStream> {
    let ty = variant.from.as_ref()?;
    let name = &variant.ident;
    let field = variant.fields.iter().next()?;
    let member = field.ident.as_ref().map_or_else(|| quote!(0), |name| quote!(#name));
    let cause = Ident::new("cause", Span::mixed_site());
    Some(quote_spanned! {ty.span()=>
        #[automatically_derived]
        impl ::std::convert::From<#ty> for #ident {
            fn from(#cause: #ty) -> Self {
                #ident::#name { #member: #cause }
            }
        }
    })
}
