//! The lifetimes of an extractor's signature, which all become the lifetime of the call.

use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Lifetime, ParenthesizedGenericArguments, Signature, Type, TypeFnPtr, TypeReference};

/// The type as it is named beside the function: its lifetimes are that of the call.
pub(crate) fn of_call(ty: &Type, call: &Lifetime, signature: &Signature) -> Type {
    let own = signature.generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(param) => Some(param.lifetime.clone()),
        _ => None,
    });
    let mut ty = ty.clone();
    OfCall { call, own: own.collect() }.visit_type_mut(&mut ty);
    ty
}

struct OfCall<'c> {
    call: &'c Lifetime,
    /// The function's own lifetimes. A lifetime of a `for<..>` within the type is none of them.
    own: Vec<Lifetime>,
}

impl VisitMut for OfCall<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.call.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" || self.own.contains(lifetime) {
            *lifetime = Lifetime { apostrophe: lifetime.apostrophe, ..self.call.clone() };
        }
    }

    // Lifetimes that are elided in the arguments of an `Fn(..)` belong to that `Fn(..)`.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
}
