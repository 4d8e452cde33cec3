//! `#[centrifugo::error_handler]`: the function that receives every internal failure.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, ReturnType, Signature, Type};

use crate::handler::unique;
use crate::kind::Kind;
use crate::syntax::arguments;
use crate::syntax::deprecated;
use crate::syntax::errors::Errors;
use crate::syntax::fallback;
use crate::syntax::function::Function;
use crate::syntax::signature::{check_modifiers, typed};
use crate::syntax::span::local;
use crate::syntax::unnamed_const::unnamed_const;

const FORM: &str = "`async fn report(failure: Failure)`";

pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let Some(function) = Function::read(&item) else {
        let message = "`error_handler` goes on an `async fn`";
        return fallback::item(&item, &syn::Error::new_spanned(&item, message));
    };
    match check(&args, &function) {
        Ok(()) => collected(&function, &item),
        Err(errors) => fallback::item(&item, &errors),
    }
}

fn check(args: &TokenStream, function: &Function) -> syn::Result<()> {
    let mut errors = Errors::default();
    arguments::refuse("error_handler", "it receives the failures of all events", args, &mut errors);
    for attribute in function.attrs.iter().filter(|attribute| Kind::of(attribute).is_some()) {
        errors.at(attribute, "an error handler is called for no event: write a second function for this");
    }
    check_signature(&function.sig, &mut errors);
    errors.finish(())
}

fn check_signature(signature: &Signature, errors: &mut Errors) {
    check_modifiers("an error handler", signature, errors);
    if let Some(param) = signature.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_))) {
        errors.at(param, format!("an error handler can't be generic: write {FORM}"));
    }
    if let Some(Type::ImplTrait(ty)) = signature.inputs.first().and_then(typed).map(|argument| &*argument.ty) {
        errors.at(ty, format!("an error handler takes the failure: write {FORM}"));
    }
    let takes_failure = matches!(signature.inputs.first(), Some(FnArg::Typed(_))) && signature.inputs.len() == 1;
    if !takes_failure {
        errors.at(
            &signature.ident,
            format!("an error handler takes the failure, which has the app's states, too: write {FORM}"),
        );
    }
    if let Some(Type::Reference(reference)) = signature.inputs.first().and_then(typed).map(|argument| &*argument.ty) {
        errors.at(reference, format!("the failure belongs to the error handler: write {FORM}"));
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && !matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty())
    {
        errors.at(ty, "an error handler answers no call, so it returns nothing");
    }
}

fn collected(function: &Function, item: &TokenStream) -> TokenStream {
    let ident = &function.sig.ident;
    let name = ident.unraw().to_string();
    let marker = unique::marker(unique::ERROR_HANDLER, ident.span());
    let failure = local("failure");
    let reported = function.sig.inputs.first().and_then(typed).map(|argument| {
        let ty = &argument.ty;
        let argument = quote_spanned!(ty.span()=> __centrifugo::FailureArgument::<#ty>::new().__reported);
        quote_spanned!(ident.span()=> #argument(#failure, #ident))
    });
    let items = quote! {
        mod marker {
            #[doc(hidden)]
            #[macro_export]
            #marker
        }
        __centrifugo::inventory::submit! {
            __centrifugo::CollectedErrorHandler::new(
                |#failure| #reported,
                ::std::concat!(::std::module_path!(), "::", #name),
            )
        }
    };
    let collected = deprecated::items(ident, &function.attrs, unnamed_const(&function.attrs, &items));
    quote!(#item #collected)
}
