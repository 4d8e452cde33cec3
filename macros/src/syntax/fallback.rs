//! The expansion of a refused attribute: the item itself, so that its uses aren't errors as well, and the errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::FnArg;

use crate::kind::Kind;
use crate::syntax::function::Function;
use crate::syntax::registered::{Registered, RegisteredKind};
use crate::syntax::signature::boxed_result;

/// The item as it is, and the errors.
pub(crate) fn item(item: &TokenStream, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    quote! { #item #errors }
}

/// The function, a type that `handlers!` or `interceptors!` can name, and the errors.
pub(crate) fn function(kind: RegisteredKind, mut function: Function, errors: &syn::Error) -> TokenStream {
    // A second attribute of this crate would only repeat the errors.
    function.attrs.retain(|attribute| Kind::of(attribute).is_none());
    if let RegisteredKind::Interceptor = kind {
        // Without its bound, the event would cause one more error.
        for event in function.sig.generics.type_params_mut().filter(|event| event.bounds.is_empty()) {
            event.bounds.push(syn::parse_quote!(::centrifugo::Event));
        }
        // `Next` refuses with a `Reject`, which no boxed error converts from.
        if let Some((_, error)) = boxed_result(&mut function.sig.output) {
            *error = syn::parse_quote!(::centrifugo::Reject);
        }
    }
    let is_method = matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_)));
    let named = (!is_method).then(|| Registered::new(&function).named(kind, None));
    item(&quote! { #function #named }, errors)
}
