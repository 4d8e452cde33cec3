//! What is left of a handler that was refused: the function itself, so that nothing else breaks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::FnArg;

use crate::expand::hidden;
use crate::function::{Function, cfgs};
use crate::kind::Kind;

/// The item as it is, and the errors.
pub(crate) fn item(item: &TokenStream, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    quote! { #item #errors }
}

/// The function, something that `handlers!` can name, and the errors.
pub(crate) fn function(mut function: Function, errors: &syn::Error) -> TokenStream {
    // A second attribute of ours would only repeat the errors.
    function.attrs.retain(|attribute| Kind::of(attribute).is_none());
    let name = (!matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_)))).then(|| stand_in(&function));
    item(&quote! { #function #name }, errors)
}

/// The same for an interceptor.
pub(crate) fn interceptor(mut function: Function, errors: &syn::Error) -> TokenStream {
    function.attrs.retain(|attribute| Kind::of(attribute).is_none());
    let (vis, cfgs, hidden) = (&function.vis, cfgs(&function.attrs), hidden(&function.sig.ident));
    let private = quote!(::centrifugo::__private);
    let stand_in = quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        #vis static #hidden: #private::Interceptor = #private::Interceptor::new(
            #private::AboutInterceptor { name: "", order: 0, every: false, needs: &[] },
            "",
        );
    };
    item(&quote! { #function #stand_in }, errors)
}

fn stand_in(function: &Function) -> TokenStream {
    let (vis, cfgs, hidden) = (&function.vis, cfgs(&function.attrs), hidden(&function.sig.ident));
    let private = quote!(::centrifugo::__private);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        #vis static #hidden: #private::Handler = #private::Handler::connect(
            #private::About::new("", "", "", ::std::option::Option::None),
            |_| ::std::option::Option::None,
            &[],
        );
    }
}
