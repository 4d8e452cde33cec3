//! The expansion of an interceptor: its registration, which is written beside the function.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, LitStr, ReturnType, TypeParamBound};

use super::each_event;
use super::model::Interceptor;
use crate::handler::extraction::{Extraction, argument};
use crate::kind::Kind;
use crate::syntax::registered::{Registered, RegisteredKind};
use crate::syntax::span::{ident_at, local};

pub(crate) fn interceptor(interceptor: &Interceptor, registered: &Registered<'_>, item: &TokenStream) -> TokenStream {
    let (run, info) = (run(interceptor), info(interceptor));
    let of_events = interceptor.events.iter().map(|kind| {
        let (event, function) = (kind.event(), of_event(interceptor, *kind));
        quote!(&__centrifugo::Interception::<__centrifugo::#event>(#function))
    });
    let asserted = interceptor.params.iter().filter(|_| !interceptor.has_one_event());
    let assertions = asserted.map(|param| each_event::assertion(&interceptor.args.events, param));
    let (made, generics) = (ident_at("__made", &interceptor.ident), generics_of_any_event(&interceptor.generics));
    let any_event = (!generics.params.is_empty()).then(|| quote!(::<__centrifugo::Rpc>));
    let collected = (!interceptor.args.uncollected).then(|| {
        quote! {
            __centrifugo::inventory::submit! { __centrifugo::CollectedInterceptor(&__INTERCEPTOR) }
        }
    });
    let block = quote! {
        use ::centrifugo::__private::expanded::*;
        #run
        const fn #made #generics() -> __centrifugo::Interceptor {
            #(#assertions)*
            __centrifugo::Interceptor::new(#info, const { &[#(#of_events),*] })
        }
        static __INTERCEPTOR: __centrifugo::Interceptor = #made #any_event();
        #collected
        &__INTERCEPTOR
    };
    let named = registered.named(RegisteredKind::Interceptor, Some(&block));
    quote!(#item #named)
}

/// The interceptor with its error converted into a refusal. As generic as the function, so that a mistake is one error.
fn run(interceptor: &Interceptor) -> TokenStream {
    let (call, next) = (local("call"), local("next"));
    let Interceptor { ident, generics, params, .. } = interceptor;
    let (run, event, where_clause) = (ident_at("__run", ident), interceptor.event(), &generics.where_clause);
    let extracted = params.iter().enumerate().map(|(index, param)| {
        let (argument, ty) = (argument(index, param), &param.ty);
        quote!(#argument: #ty)
    });
    let sent = called(interceptor);
    quote! {
        fn #run #generics(
            #(#extracted,)*
            #call: __centrifugo::Call<#event>,
            #next: __centrifugo::Next<#event>,
        ) -> impl ::std::future::Future<
            Output = __centrifugo::Result<<#event as __centrifugo::Event>::Reply, __centrifugo::Reject>
        > + ::std::marker::Send #where_clause {
            #sent
        }
    }
}

/// The call of the user's function, at its name; the conversion of the result, at the return type.
fn called(interceptor: &Interceptor) -> TokenStream {
    let (ident, event) = (&interceptor.ident, interceptor.event());
    let (call, next) = (local("call"), local("next"));
    let output = match &interceptor.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let arguments = interceptor.params.iter().enumerate().map(|(index, param)| argument(index, param));
    let called = quote_spanned!(ident.span()=> #ident(#(#arguments,)* #call, #next));
    let result = quote_spanned! {output=>
        __centrifugo::interceptor_result::<#event, _>(#called.await)
    };
    quote_spanned!(ident.span()=> __centrifugo::send(async move { #result }))
}

/// The arguments of `Interceptor::new` before the functions.
fn info(interceptor: &Interceptor) -> TokenStream {
    let function = interceptor.ident.unraw().to_string();
    let name = interceptor.args.name.as_ref().map_or_else(|| function.clone(), LitStr::value);
    let order = interceptor.args.order.as_ref().map_or_else(|| quote!(0), |order| quote!(#order));
    let every = interceptor.args.events.is_empty();
    let needs = interceptor.events.iter().flat_map(|kind| {
        let params = interceptor.params.iter().enumerate();
        params.map(|(index, param)| match interceptor.has_one_event() {
            true => Extraction { kind: *kind, index, param }.needs(),
            false => each_event::needs(*kind, param),
        })
    });
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

/// The function for one event, which extracts the arguments.
fn of_event(interceptor: &Interceptor, kind: Kind) -> TokenStream {
    let (call, next) = (local("call"), local("next"));
    let statements = interceptor.params.iter().enumerate().map(|(index, param)| match interceptor.has_one_event() {
        true => Extraction { kind, index, param }.statement(&call),
        false => each_event::statement(kind, index, param, &call),
    });
    let arguments = interceptor.params.iter().enumerate().map(|(index, param)| argument(index, param));
    let run = ident_at("__run", &interceptor.ident);
    let ran = quote_spanned!(interceptor.ident.span()=> #run(#(#arguments,)* #call, #next).await);
    quote! {
        |#call, #next| __centrifugo::pinned(__centrifugo::Box::new(async move {
            #(#statements)*
            #ran
        }))
    }
}

/// The generics of the function, with bounds in their places that hold for each event: a type that is unknown is one error
/// then, as the compiler suggests the same generic in both functions.
fn generics_of_any_event(generics: &Generics) -> Generics {
    let mut generics = Generics { where_clause: None, ..generics.clone() };
    for event in generics.type_params_mut() {
        if let Some(last) = event.bounds.last() {
            let bound = quote_spanned!(last.span()=> __centrifugo::EachEvent);
            event.bounds = std::iter::once(TypeParamBound::Verbatim(bound)).collect();
        }
    }
    generics
}
