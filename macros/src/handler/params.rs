//! The arguments of a handler, each with its role: a placeholder's value, the typed channel, or an extractor.

use centrifugo_pattern::{Placeholder, nearest};
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Lifetime, Pat, PatType, Path, Signature, Type};

use crate::handler::extractor_types;
use crate::handler::selector::Selector;
use crate::kind::Kind;
use crate::syntax::errors::{Errors, error_at};
use crate::syntax::function::cfgs;
use crate::syntax::option_type::{inner, may_be_another};
use crate::syntax::pattern_lit::PatternLit;
use crate::syntax::signature::typed;
use crate::syntax::text::text;

/// An argument. Its type is one that can be named outside of the function's signature.
pub(crate) struct Param {
    pub(crate) ty: Type,
    pub(crate) role: Role,
    /// The conditions that may remove the argument.
    pub(crate) cfgs: Vec<Attribute>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The value of a named placeholder, by its index.
    Placeholder(usize),
    /// The typed channel that stands for the pattern.
    Channel,
    Extractor,
}

/// Reads and checks all arguments. Without a kind, they are those of an interceptor.
pub(crate) fn params(kind: Option<Kind>, signature: &Signature, selector: &Selector, errors: &mut Errors) -> Vec<Param> {
    let arguments: Vec<_> = signature.inputs.iter().filter_map(typed).collect();
    // The misfits of placeholders and of the channel, apart from `errors`, as the check of the extractors depends on them.
    let mut faults = Errors::default();
    let roles = match selector {
        Selector::Any => vec![Role::Extractor; arguments.len()],
        Selector::Pattern(literal) => placeholders(literal, &arguments, &mut faults),
        Selector::Channel(path) => channel(path, &arguments, &mut faults),
    };
    // After a misfit placeholder, extractors aren't checked: the argument may be the placeholder's.
    let extractors = arguments.iter().zip(&roles).filter(|(_, role)| **role == Role::Extractor && faults.is_empty());
    for (argument, _) in extractors {
        extractor_types::check(kind, selector, argument, errors);
    }
    errors.keep(faults.finish(()));
    let named: Vec<_> = signature.generics.lifetimes().map(|named| &named.lifetime).collect();
    let param =
        |(argument, role): (&&PatType, Role)| Param { ty: unnamed(&argument.ty, &named), role, cfgs: cfgs(&argument.attrs) };
    let params: Vec<_> = arguments.iter().zip(roles).map(param).collect();
    check_cfgs(&params, errors);
    params
}

/// The roles of the arguments by their names.
fn placeholders(literal: &PatternLit, arguments: &[&PatType], errors: &mut Errors) -> Vec<Role> {
    let mut roles = vec![Role::Extractor; arguments.len()];
    // An exact name takes precedence: `_id` may be the name of another placeholder.
    for is_named in [is_exactly, is_unused] {
        for (index, (_, name)) in literal.named().enumerate() {
            let free = |(argument, role): (&&PatType, &Role)| *role == Role::Extractor && is_named(argument, name);
            if !roles.contains(&Role::Placeholder(index))
                && let Some(at) = arguments.iter().zip(&roles).position(free)
            {
                roles[at] = Role::Placeholder(index);
            }
        }
    }
    let mut unclaimed: Vec<&Ident> = arguments
        .iter()
        .zip(&roles)
        .filter_map(|(argument, role)| ident(argument).filter(|_| *role == Role::Extractor))
        .collect();
    for (index, (placeholder, name)) in literal.named().enumerate() {
        match roles.iter().position(|role| *role == Role::Placeholder(index)) {
            Some(at) => {
                errors.keep(check_fit(placeholder, name, &arguments[at].ty));
            }
            None => errors.push(without_argument(literal, placeholder, name, &mut unclaimed)),
        }
    }
    roles
}

/// Reports a placeholder without an argument. A misspelt argument is suggested for one placeholder only.
fn without_argument(literal: &PatternLit, placeholder: &Placeholder, name: &str, unclaimed: &mut Vec<&Ident>) -> syn::Error {
    let meant = unclaimed.iter().position(|ident| {
        let ident = ident.unraw().to_string();
        nearest(ident.trim_start_matches('_'), [name]).is_some()
    });
    match meant.map(|at| unclaimed.remove(at)) {
        Some(ident) => {
            let message = format!("the placeholder `<{name}>` has no argument: did you mean `{name}` instead of `{ident}`?");
            syn::Error::new(ident.span(), message)
        }
        None => {
            let ty = if placeholder.is_optional() { "Option<..>" } else { ".." };
            let message =
                format!("the placeholder `<{name}>` has no argument: add `{name}: {ty}` to the function, or write `<_>`");
            literal.error(placeholder.span(), message)
        }
    }
}

/// Checks that a placeholder can have the type, as far as the type's text shows.
pub(crate) fn check_fit(placeholder: &Placeholder, name: &str, ty: &Type) -> syn::Result<()> {
    let value = match (inner(ty), placeholder.is_optional()) {
        (None, true) => {
            let ty_text = text(ty);
            let message = format!("`<{name}>` is in the optional part of the pattern: write `Option<{ty_text}>`");
            return error_at(ty, message);
        }
        // The compiler knows which `Option` it is, and reports that of the standard library.
        (Some(_), false) if may_be_another(ty) => return Ok(()),
        (Some(value), false) => {
            let message = format!("`<{name}>` is always there: write `{}`, or put `<{name}>` into `[..]`", text(value));
            return error_at(ty, message);
        }
        (Some(value), true) => value,
        (None, false) => ty,
    };
    match value {
        Type::Reference(reference) => {
            let owned = match text(&reference.elem).as_str() {
                "str" => "String".to_owned(),
                other => other.to_owned(),
            };
            error_at(value, format!("the value of `<{name}>` belongs to the handler: write `{owned}`"))
        }
        Type::Slice(_) | Type::Array(_) | Type::Tuple(_) | Type::Ptr(_) | Type::FnPtr(_) => {
            error_at(value, format!("`<{name}>` is one value, read with `FromStr`: write `String` or a type of your own"))
        }
        _ => Ok(()),
    }
}

/// The roles of the arguments by their types: the first of the typed channel's is the channel.
fn channel(path: &Path, arguments: &[&PatType], errors: &mut Errors) -> Vec<Role> {
    let wanted = text(path);
    let mut roles = vec![Role::Extractor; arguments.len()];
    if let Some(at) = arguments.iter().position(|argument| text(&argument.ty) == wanted) {
        roles[at] = Role::Channel;
    }
    for argument in arguments {
        if let Type::Reference(reference) = &*argument.ty
            && text(&reference.elem) == wanted
        {
            errors.at(&argument.ty, format!("the channel belongs to the handler: write `{wanted}`"));
        }
    }
    roles
}

/// Reports a `cfg` on an argument whose value is read from a name.
fn check_cfgs(params: &[Param], errors: &mut Errors) {
    for Param { role, cfgs, .. } in params {
        if let (Role::Placeholder(_) | Role::Channel, Some(cfg)) = (role, cfgs.first()) {
            let message = "the pattern has this value whatever is compiled: put the `cfg` on the function, \
                and write a second one without it";
            errors.at(cfg, message);
        }
    }
}

/// `uuid` and `mut uuid`.
fn is_exactly(argument: &PatType, name: &str) -> bool {
    ident(argument).is_some_and(|ident| ident.unraw() == name)
}

/// `_uuid`: the name of a value that the handler does not use.
fn is_unused(argument: &PatType, name: &str) -> bool {
    ident(argument).is_some_and(|ident| ident.unraw().to_string().strip_prefix('_') == Some(name))
}

fn ident(argument: &PatType) -> Option<&Ident> {
    match &*argument.pat {
        Pat::Ident(pattern) => Some(&pattern.ident),
        _ => None,
    }
}

/// The type without the function's own lifetimes. Others belong to the type: `'static`, and those of a `for<'a>`.
fn unnamed(ty: &Type, named: &[&Lifetime]) -> Type {
    struct Unnamed<'n>(&'n [&'n Lifetime]);
    impl VisitMut for Unnamed<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if self.0.contains(&&*lifetime) {
                *lifetime = Lifetime::new("'_", lifetime.span());
            }
        }
    }
    let mut ty = ty.clone();
    if !named.is_empty() {
        Unnamed(named).visit_type_mut(&mut ty);
    }
    ty
}
