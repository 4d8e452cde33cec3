//! The checks of signatures that the attributes of functions share.

use syn::{FnArg, GenericArgument, PatType, PathArguments, ReturnType, Safety, Signature, Type};

use crate::syntax::errors::Errors;
use crate::syntax::text::text;

/// Reports the modifiers that a function for Centrifugo's events can't have. `owner` is the noun for the function:
/// `a handler`.
pub(crate) fn check_modifiers(owner: &str, signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, format!("{owner} is called with whatever a client sends, so it can't be `unsafe`"));
    } else if let Some(abi) = &signature.abi {
        errors.at(abi, format!("{owner} is called from Rust: leave out `extern`"));
    } else if let Some(token) = &signature.constness {
        errors.at(token, format!("{owner} is an `async fn`: leave out `const`"));
    } else if let Some(variadic) = &signature.variadic {
        errors.at(variadic, format!("{owner} has as many arguments as it names"));
    } else if signature.asyncness.is_none() {
        errors.at(signature.fn_token, format!("{owner} is asynchronous: write `async fn {}`", signature.ident));
    }
}

/// Reports a boxed error: a trait object is no `std::error::Error` itself, so `Reject` has no conversion from it.
pub(crate) fn check_boxed_error(output: &ReturnType, errors: &mut Errors) {
    let mut output = output.clone();
    let Some((ok, error)) = boxed_result(&mut output) else { return };
    let ok = text(ok);
    let message = format!("an error is a `Reject`, which `?` makes from every error: write `Result<{ok}, Reject>`");
    errors.at(error, message + ", and `map_err(Reject::internal)` for a boxed one");
}

/// The value and the error of a `Result<.., Box<dyn ..>>`.
pub(crate) fn boxed_result(output: &mut ReturnType) -> Option<(&mut Type, &mut Type)> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = &mut **ty else { return None };
    let result = path.path.segments.last_mut().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &mut result.arguments else { return None };
    let mut arguments = arguments.args.iter_mut();
    match (arguments.next()?, arguments.next()?) {
        (GenericArgument::Type(ok), GenericArgument::Type(error)) if is_boxed(error) => Some((ok, error)),
        _ => None,
    }
}

fn is_boxed(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Box" && text(&last.arguments).contains("dyn "))
}

/// An argument that is no `self`.
pub(crate) fn typed(argument: &FnArg) -> Option<&PatType> {
    match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    }
}
