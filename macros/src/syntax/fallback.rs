//! What is left of a handler that was refused: the function itself, so that nothing else breaks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::FnArg;

use crate::handler::model::boxed_error;
use crate::kind::Kind;
use crate::syntax::function::Function;
use crate::syntax::registered::{Of, Registered};

/// The item as it is, and the errors.
pub(crate) fn item(item: &TokenStream, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    quote! { #item #errors }
}

/// The function, something that `handlers!` or `interceptors!` can name, and the errors.
pub(crate) fn function(of: Of, mut function: Function, errors: &syn::Error) -> TokenStream {
    // A second attribute of ours would only repeat the errors.
    function.attrs.retain(|attribute| Kind::of(attribute).is_none());
    if let Of::Interceptors = of {
        // Without its bound, the event would be one more mistake.
        for event in function.sig.generics.type_params_mut().filter(|event| event.bounds.is_empty()) {
            event.bounds.push(syn::parse_quote!(::centrifugo::Event));
        }
        // What comes next refuses with a `Reject`, which none of these could be made from.
        if let Some((_, error)) = boxed_error(&mut function.sig.output) {
            *error = syn::parse_quote!(::centrifugo::Reject);
        }
    }
    let is_method = matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_)));
    let named = (!is_method).then(|| Registered::new(&function).named(of, None, &TokenStream::new()));
    item(&quote! { #function #named }, errors)
}
