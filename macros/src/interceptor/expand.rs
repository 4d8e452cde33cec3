//! Writes what is registered for an interceptor, beside the function.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

use super::model::Interceptor;
use crate::expand::{argument, extracted, import, needed};
use crate::kind::Kind;
use crate::registered::{Of, Registered};
use crate::span::local;

pub(crate) fn interceptor(interceptor: &Interceptor, registered: &Registered<'_>, item: &TokenStream) -> TokenStream {
    let (import, about) = (import(), about(interceptor));
    let arounds = interceptor.events.iter().map(|kind| {
        let (constructor, around) = (kind.constructor(), around(interceptor, *kind));
        quote!(.#constructor(#around))
    });
    let collected = (!interceptor.args.uncollected).then(|| {
        quote! {
            __centrifugo::inventory::submit! { __centrifugo::CollectedInterceptor(&__INTERCEPTOR) }
        }
    });
    let block = quote! {
        #import
        static __INTERCEPTOR: __centrifugo::Interceptor = __centrifugo::Interceptor::new(#about) #(#arounds)*;
        #collected
        &__INTERCEPTOR
    };
    let named = registered.named(Of::Interceptors, Some(&block));
    quote!(#item #named)
}

fn about(interceptor: &Interceptor) -> TokenStream {
    let function = interceptor.ident.unraw().to_string();
    let name = interceptor.args.name.as_ref().map_or_else(|| function.clone(), LitStr::value);
    let order = interceptor.args.order.as_ref().map_or_else(|| quote!(0), |order| quote!(#order));
    let every = interceptor.args.events.is_empty();
    let needs = interceptor.events.iter().flat_map(|kind| interceptor.extractors.iter().map(|param| needed(*kind, param)));
    quote! {
        __centrifugo::AboutInterceptor {
            name: #name,
            order: #order,
            every: #every,
            needs: &[#(#needs),*],
        },
        ::std::concat!(::std::module_path!(), "::", #function)
    }
}

/// The function for one event, with its extractors filled in.
fn around(interceptor: &Interceptor, kind: Kind) -> TokenStream {
    let (call, next) = (local("call"), local("next"));
    let arguments = interceptor.extractors.iter().enumerate().map(|(at, param)| argument(at, param));
    let extracts = interceptor.extractors.iter().enumerate().map(|(at, param)| extracted(kind, at, param, &call));
    let function = &interceptor.ident;
    let called = quote_spanned!(function.span()=> #function(#(#arguments,)* #call, #next));
    quote! {
        |#call, #next| __centrifugo::pinned(__centrifugo::Box::new(async move {
            #(#extracts)*
            __centrifugo::send(#called).await.map_err(::std::convert::Into::into)
        }))
    }
}
