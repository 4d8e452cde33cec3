//! The expansion of `#[derive(Reject)]`: the answers of a type, and the conversion into a `Reject` by `?`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, Index};

use super::attribute::Answer;
use super::model::{Rejecting, Variant};

pub(super) fn rejects(Rejecting { ident, variants, with }: &Rejecting) -> TokenStream {
    let refusal = match with {
        Some(function) => quote_spanned!(function.span()=> ::std::convert::Into::into(#function(self))),
        None => {
            let arms = variants.iter().map(refusal);
            quote!(match self { #(#arms)* })
        }
    };
    let causes = variants.iter().map(|variant| cause(ident, variant));
    conversion(ident, &refusal, &quote!(match self { #(#causes)* }))
}

/// The conversion of a refused type: it becomes a `Reject` anyway, so that its uses aren't errors as well.
pub(super) fn stand_in(item: TokenStream) -> TokenStream {
    match syn::parse2(item) {
        Ok(DeriveInput { ident, generics, .. }) if generics.params.is_empty() => {
            conversion(&ident, &quote!(__centrifugo::failure()), &quote!(__centrifugo::None))
        }
        _ => TokenStream::new(),
    }
}

/// A standard error is found by its type when `?` converts it; any other type gets a conversion of its own. See
/// `DeriveReject`.
fn conversion(ident: &Ident, refusal: &TokenStream, cause: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use ::centrifugo::__private::{self as __centrifugo, NoError as _};

            #[automatically_derived]
            impl __centrifugo::Refuses for #ident {
                fn refusal(&self) -> __centrifugo::Reject {
                    #refusal
                }
            }

            #[automatically_derived]
            impl __centrifugo::ByFields for #ident {
                fn cause(self) -> __centrifugo::Option<__centrifugo::BoxError> {
                    #cause
                }
            }

            __centrifugo::inventory::submit! { __centrifugo::Derived(__centrifugo::refusal_as::<#ident>) }

            // `()` is no error: the line only keeps the import of the trait in use.
            #[automatically_derived]
            impl __centrifugo::DeriveReject<
                { !(<__centrifugo::Probe<#ident>>::IS_ERROR | <__centrifugo::Probe<()>>::IS_ERROR) },
            > for #ident {
                fn rejected(self) -> __centrifugo::Reject {
                    __centrifugo::rejected(self)
                }
            }
        };
    }
}

fn refusal(Variant { path, fields, answer, .. }: &Variant) -> TokenStream {
    match answer {
        Some(Answer::Error { code, message, temporary }) => {
            let temporary = temporary.then(|| quote!(.temporary()));
            let answer = quote!(::centrifugo::ErrorReply::new(#code, #message) #temporary);
            constant(path, fields, &quote!(::centrifugo::ErrorReply), &answer)
        }
        Some(Answer::Disconnect { code, reason }) => {
            let answer = quote!(::centrifugo::Disconnect::new(#code, #reason));
            constant(path, fields, &quote!(::centrifugo::Disconnect), &answer)
        }
        Some(Answer::Internal) | None => quote!(#path { .. } => __centrifugo::failure(),),
        Some(Answer::Transparent) => {
            let ty = fields.iter().next().map(|field| &field.ty);
            let (locals, inner) = (locals(fields), local(0));
            let refusal = quote_spanned!(ty.span()=> __centrifugo::Inner::of(#inner).refusal());
            quote!(#path { #locals } => #refusal,)
        }
    }
}

/// The refusal with a constant answer. A value without fields is no cause to log: it holds nothing that the answer lacks.
fn constant(path: &TokenStream, fields: &Fields, ty: &TokenStream, answer: &TokenStream) -> TokenStream {
    let refusal = match fields.is_empty() {
        true => quote!(__centrifugo::plain(ANSWER)),
        false => quote!(::std::convert::From::from(ANSWER)),
    };
    quote! {
        #path { .. } => {
            const ANSWER: #ty = #answer;
            #refusal
        }
    }
}

/// The cause in the log of a value that is no standard error: its fields.
fn cause(of: &Ident, Variant { path, ident, fields, answer }: &Variant) -> TokenStream {
    let locals = locals(fields);
    let causes = fields.iter().enumerate().map(|(at, field)| {
        let local = local(at);
        quote_spanned!(field.ty.span()=> __centrifugo::Field::of(#local).cause())
    });
    let cause = match fields.len() {
        0 if matches!(answer, Some(Answer::Internal)) => {
            let name = if of == ident { of.to_string() } else { format!("{of}::{ident}") };
            quote!(__centrifugo::Some(::std::convert::From::from(#name)))
        }
        0 => quote!(__centrifugo::None),
        1 => quote!(__centrifugo::Some(#(#causes)*)),
        _ => {
            let names = fields.members().map(|member| match member {
                syn::Member::Named(name) => name.unraw().to_string(),
                syn::Member::Unnamed(Index { index, .. }) => index.to_string(),
            });
            quote!(__centrifugo::Some(__centrifugo::several([#((#names, #causes)),*])))
        }
    };
    quote!(#path { #locals } => #cause,)
}

/// The fields in a pattern.
fn locals(fields: &Fields) -> TokenStream {
    let fields = fields.members().enumerate().map(|(at, member)| {
        let local = local(at);
        quote!(#member: #local)
    });
    quote!(#(#fields),*)
}

fn local(at: usize) -> Ident {
    format_ident!("field_{at}", span = Span::mixed_site())
}
