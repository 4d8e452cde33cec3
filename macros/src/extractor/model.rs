//! The model of an extractor: checks the function, and holds what is extracted.

use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Ident, Lifetime, PathArguments, ReturnType, Signature, Type, TypePath,
};

use super::lifetimes::of_call;
use crate::kind::Kind;
use crate::syntax::arguments;
use crate::syntax::errors::{Errors, error_at};
use crate::syntax::function::{Function, cfgs};
use crate::syntax::signature::{check_modifiers, typed};

const FORM: &str = "`async fn account(user: UserId) -> Result<Account, Reject>`";

/// Common types of other crates, for which an app can't implement the trait.
const FOREIGN: [&str; 20] = [
    "String", "Vec", "Box", "Arc", "Rc", "HashMap", "BTreeMap", "Value", "Uuid", "bool", "u8", "u16", "u32", "u64", "usize",
    "i32", "i64", "f64", "char", "Bytes",
];

pub(crate) struct Extractor {
    /// The type that handlers take.
    pub(crate) ty: Type,
    /// The types of the arguments.
    pub(crate) from: Vec<Type>,
    pub(crate) ident: Ident,
    /// The lifetime of a call.
    pub(crate) call: Lifetime,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) attrs: Vec<Attribute>,
}

impl Extractor {
    pub(crate) fn read(args: &TokenStream, function: &Function) -> syn::Result<Self> {
        let mut errors = Errors::default();
        arguments::refuse("extractor", "it extracts the type that the function returns", args, &mut errors);
        for attribute in function.attrs.iter().filter(|attribute| Kind::of(attribute).is_some()) {
            errors.at(attribute, "a function is an extractor or a handler, and this one is an extractor already");
        }
        let signature = &function.sig;
        check(signature, &mut errors);
        let call = Lifetime { apostrophe: Span::call_site(), ident: Ident::new("__call", Span::call_site()) };
        let ty = errors.keep(extracted(signature)).map(|ty| of_call(ty, &call, signature));
        let arguments = signature.inputs.iter().filter_map(typed);
        let from = arguments.map(|argument| of_call(&argument.ty, &call, signature)).collect();
        let Some(ty) = ty else { return errors.finish(()).and_then(|()| Err(missing(signature))) };
        let (ident, attrs) = (signature.ident.clone(), function.attrs.clone());
        errors.finish(Self { ty, from, ident, call, cfgs: cfgs(&attrs), attrs })
    }
}

fn check(signature: &Signature, errors: &mut Errors) {
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.at(receiver, "an extractor has no `self`: write a function outside of `impl`");
    }
    check_modifiers("an extractor", signature, errors);
    if let Some(param) = signature.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_))) {
        errors.at(param, "an extractor can't be generic: it is for the events of its arguments; write the types out");
    }
    for argument in signature.inputs.iter().filter_map(typed) {
        if let Some(cfg) = cfgs(&argument.attrs).first() {
            errors.at(cfg, "put the `cfg` on the function, and write a second one without the argument");
        }
        if let Type::ImplTrait(_) = &*argument.ty {
            errors.at(&argument.ty, "an argument can't be `impl ..`: write the type of an extractor");
        }
    }
}

/// The type that is returned, without the `Result` around it.
fn extracted(signature: &Signature) -> syn::Result<&Type> {
    let ReturnType::Type(_, returned) = &signature.output else { return Err(missing(signature)) };
    let ty = inside("Result", returned).unwrap_or(returned);
    if let Some(inner) = inside("Option", ty) {
        let inner = quote::quote!(#inner);
        return error_at(
            ty,
            format!("an extractor returns the value, or refuses the call: write `Result<{inner}, Reject>`"),
        );
    }
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) => match path.get_ident().or_else(|| foreign_name(path)) {
            Some(name) if FOREIGN.iter().any(|foreign| name == foreign) => error_at(
                ty,
                format!("`{name}` is a type of another crate: return a type of your own, such as `struct Account({name})`"),
            ),
            _ => Ok(ty),
        },
        Type::ImplTrait(_) => error_at(ty, "handlers name the type: write it out"),
        _ => error_at(ty, "an extractor returns a type of your own, such as `struct Account { .. }`"),
    }
}

/// `Vec` of `Vec<u8>`.
fn foreign_name(path: &syn::Path) -> Option<&Ident> {
    path.segments.first().filter(|_| path.segments.len() == 1).map(|segment| &segment.ident)
}

/// The first type argument of a type of this name.
fn inside<'t>(name: &str, ty: &'t Type) -> Option<&'t Type> {
    let path = match ty {
        Type::Group(group) => return inside(name, &group.elem),
        Type::Path(path) => path,
        _ => return None,
    };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn missing(signature: &Signature) -> syn::Error {
    let message = format!("an extractor returns the type that handlers take: write {FORM}");
    syn::Error::new_spanned(&signature.ident, message)
}
