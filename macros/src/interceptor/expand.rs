//! The expansion of an interceptor: its registration, which is written beside the function.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, LitStr, ReturnType, TypeParamBound};

use super::model::Interceptor;
use crate::handler::expand::{argument, beside, everywhere, extracted, extracted_somewhere, needed, needed_somewhere};
use crate::kind::Kind;
use crate::syntax::registered::{Of, Registered};
use crate::syntax::span::local;

pub(crate) fn interceptor(interceptor: &Interceptor, registered: &Registered<'_>, item: &TokenStream) -> TokenStream {
    let about = about(interceptor);
    let arounds = interceptor.events.iter().map(|kind| {
        let (event, around) = (kind.event(), around(interceptor, *kind));
        quote!(&__centrifugo::Interception::<__centrifugo::#event>(#around))
    });
    let collected = (!interceptor.args.uncollected).then(|| {
        quote! {
            __centrifugo::inventory::submit! { __centrifugo::CollectedInterceptor(&__INTERCEPTOR) }
        }
    });
    let run = run(interceptor);
    let several = interceptor.extractors.iter().filter(|_| interceptor.events.len() > 1);
    let everywhere = several.map(|param| everywhere(&interceptor.args.events, param));
    let (made, generics) = (beside("__made", &interceptor.ident), as_function(&interceptor.generics));
    let any_event = (!generics.params.is_empty()).then(|| quote!(::<__centrifugo::Rpc>));
    let block = quote! {
        use ::centrifugo::__private::expanded::*;
        #run
        const fn #made #generics() -> __centrifugo::Interceptor {
            #(#everywhere)*
            __centrifugo::Interceptor::new(#about, const { &[#(#arounds),*] })
        }
        static __INTERCEPTOR: __centrifugo::Interceptor = #made #any_event();
        #collected
        &__INTERCEPTOR
    };
    let named = registered.named(Of::Interceptors, Some(&block));
    quote!(#item #named)
}

/// The generics of the function, with bounds in their places that hold for each event: a type that is unknown is one error
/// then, as the compiler suggests the same generic in both functions.
fn as_function(generics: &Generics) -> Generics {
    let mut generics = Generics { where_clause: None, ..generics.clone() };
    for event in generics.type_params_mut() {
        if let Some(last) = event.bounds.last() {
            let bound = quote_spanned!(last.span()=> __centrifugo::EachEvent);
            event.bounds = std::iter::once(TypeParamBound::Verbatim(bound)).collect();
        }
    }
    generics
}

fn about(interceptor: &Interceptor) -> TokenStream {
    let function = interceptor.ident.unraw().to_string();
    let name = interceptor.args.name.as_ref().map_or_else(|| function.clone(), LitStr::value);
    let order = interceptor.args.order.as_ref().map_or_else(|| quote!(0), |order| quote!(#order));
    let every = interceptor.args.events.is_empty();
    let needed = if interceptor.events.len() == 1 { needed } else { needed_somewhere };
    let needs = interceptor.events.iter().flat_map(|kind| interceptor.extractors.iter().map(|param| needed(*kind, param)));
    quote! {
        __centrifugo::InterceptorInfo {
            name: #name,
            order: #order,
            every: #every,
            needs: &[#(#needs),*],
        },
        ::std::concat!(::std::module_path!(), "::", #function)
    }
}

/// The interceptor with its error converted into a refusal. As generic as the function, so that a mistake is one error.
fn run(interceptor: &Interceptor) -> TokenStream {
    let (call, next) = (local("call"), local("next"));
    let Interceptor { ident, generics, extractors, .. } = interceptor;
    let event = interceptor.event();
    let output = match &interceptor.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let (run, where_clause) = (beside("__run", ident), &generics.where_clause);
    let takes = extractors.iter().enumerate().map(|(at, param)| {
        let (argument, ty) = (argument(at, param), &param.ty);
        quote!(#argument: #ty)
    });
    let arguments = extractors.iter().enumerate().map(|(at, param)| argument(at, param));
    let called = quote_spanned!(ident.span()=> #ident(#(#arguments,)* #call, #next));
    let result = quote_spanned! {output=>
        __centrifugo::interceptor_result::<#event, _>(#called.await)
    };
    let sent = quote_spanned!(ident.span()=> __centrifugo::send(async move { #result }));
    quote! {
        fn #run #generics(
            #(#takes,)*
            #call: __centrifugo::Call<#event>,
            #next: __centrifugo::Next<#event>,
        ) -> impl ::std::future::Future<
            Output = __centrifugo::Result<<#event as __centrifugo::Event>::Reply, __centrifugo::Reject>
        > + ::std::marker::Send #where_clause {
            #sent
        }
    }
}

/// The function for one event, with its extractors filled in.
fn around(interceptor: &Interceptor, kind: Kind) -> TokenStream {
    let (call, next) = (local("call"), local("next"));
    let arguments = interceptor.extractors.iter().enumerate().map(|(at, param)| argument(at, param));
    let (run, span) = (beside("__run", &interceptor.ident), interceptor.ident.span());
    let ran = quote_spanned!(span=> #run(#(#arguments,)* #call, #next).await);
    let extracted = if interceptor.events.len() == 1 { extracted } else { extracted_somewhere };
    let extracts = interceptor.extractors.iter().enumerate().map(|(at, param)| extracted(kind, at, param, &call));
    quote! {
        |#call, #next| __centrifugo::pinned(__centrifugo::Box::new(async move {
            #(#extracts)*
            #ran
        }))
    }
}
