//! The expansion of an extractor: the implementation of `Extract`, beside the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::model::Extractor;
use crate::syntax::deprecated;
use crate::syntax::span::ident_at;

pub(crate) fn extractor(extractor: &Extractor, item: &TokenStream) -> TokenStream {
    let Extractor { from, ident, call: lifetime, cfgs, attrs, .. } = extractor;
    let types = from.iter().rev().fold(quote!(()), |inner, ty| quote!((#ty, #inner)));
    let borrows = types.to_string().contains(&lifetime.to_string()).then(|| quote!(<#lifetime>));
    // With the span of the function: the compiler suggests a generic for both, so an unknown type is one error.
    let name = ident_at("__Arguments", ident);
    let implementation = implementation(extractor, &quote!(#name #borrows));
    let items = quote! {
        #(#cfgs)*
        const _: () = {
            use ::centrifugo::__private::{self as __centrifugo, PlainValue as _};

            type #name #borrows = #types;

            #implementation
        };
    };
    let items = deprecated::items(ident, attrs, items);
    quote!(#item #items)
}

/// The implementation of `Extract`, which extracts the arguments and calls the function.
fn implementation(Extractor { ty, from, ident, call: lifetime, .. }: &Extractor, arguments: &TokenStream) -> TokenStream {
    let locals: Vec<_> = (0..from.len()).map(|at| format_ident!("argument_{at}", span = Span::mixed_site())).collect();
    let pattern = locals.iter().rev().fold(quote!(()), |inner, local| quote!((#local, #inner)));
    let [call, needs] = ["call", "needs"].map(|name| Ident::new(name, Span::mixed_site()));
    let called = quote_spanned!(ident.span()=> #ident(#(#locals),*));
    quote! {
        impl<#lifetime, __Event: __centrifugo::Event> __centrifugo::Extract<#lifetime, __Event> for #ty
        where
            #arguments: __centrifugo::Arguments<#lifetime, __Event>,
        {
            fn extract(
                #call: &#lifetime __centrifugo::Call<__Event>,
            ) -> impl ::std::future::Future<Output = ::std::result::Result<Self, __centrifugo::Reject>>
            + ::std::marker::Send {
                __centrifugo::extract_from::<#arguments, __Event, _, _>(#call, move |#pattern| async move {
                    __centrifugo::Value(__centrifugo::send(#called).await).take()
                })
            }

            fn needs(#needs: &mut __centrifugo::Needs) {
                <#arguments as __centrifugo::Arguments<#lifetime, __Event>>::needs(#needs);
            }
        }
    }
}
