//! The check of a handler's signature, except for its arguments' roles.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{FnArg, GenericParam, ReturnType, Signature, Type, TypeImplTrait, TypeParamBound};

use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::signature::{check_boxed_error, check_modifiers, typed};

pub(super) fn check(kind: Kind, signature: &Signature, errors: &mut Errors) {
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.at(
            receiver,
            "a handler has no `self`: write a function outside of `impl`, and take what it needs as `State<..>`",
        );
    }
    check_modifiers("a handler", signature, errors);
    check_generics(signature, errors);
    if kind == Kind::Stream {
        check_borrows(signature, errors);
    }
    check_boxed_error(&signature.output, errors);
    if let (Some(answer), ReturnType::Default) = (kind.answer(), &signature.output) {
        errors.at(&signature.ident, format!("a {} handler answers `{answer}`: write `-> {answer}`", kind.name()));
    }
}

/// Reports types that are not written out.
fn check_generics(signature: &Signature, errors: &mut Errors) {
    let generic = signature.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(param) = generic {
        errors.at(param, "a handler can't be generic: no caller chooses the type, so write it out");
        return;
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "a handler has no `where`: all of its types are written out");
    }
    struct Implied<'e>(&'e mut Errors);
    impl<'ast> Visit<'ast> for Implied<'_> {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            let message = format!("an argument can't be `{}`: write the type out", ty.to_token_stream());
            self.0.at(ty, message);
            visit::visit_type_impl_trait(self, ty);
        }
    }
    for argument in &signature.inputs {
        Implied(errors).visit_fn_arg(argument);
    }
}

/// Reports borrowed arguments: a stream that is returned as `impl Stream` borrows from all of them, but for one with a
/// `use<..>`.
fn check_borrows(signature: &Signature, errors: &mut Errors) {
    #[derive(Default)]
    struct Capturing(bool);
    impl<'ast> Visit<'ast> for Capturing {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            self.0 |= !ty.bounds.iter().any(|bound| matches!(bound, TypeParamBound::PreciseCapture(_)));
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut capturing = Capturing::default();
    capturing.visit_return_type(&signature.output);
    if !capturing.0 {
        return;
    }
    for argument in signature.inputs.iter().filter_map(typed) {
        if let Type::Reference(reference) = &*argument.ty {
            let owned = reference.elem.to_token_stream();
            let message = format!("a stream goes on when its call is over, and can't borrow from that: write `{owned}`");
            errors.at(&argument.ty, message);
        }
    }
}
