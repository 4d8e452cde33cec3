//! `Option<T>`, by its tokens: a macro decides whether a placeholder may be missing before types are known.

use syn::{GenericArgument, Path, PathArguments, Type};

/// The `T` of an `Option<T>`. With a path, it is the `Option` of the standard library; without one it may be another.
pub(crate) fn inner(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Paren(ty) => return inner(&ty.elem),
        Type::Path(ty) if ty.qself.is_none() && is_standard(&ty.path) => &ty.path,
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}

/// Whether an app's own `Option` could be in scope under this name.
pub(crate) fn may_be_another(ty: &Type) -> bool {
    match ty {
        Type::Paren(ty) => may_be_another(&ty.elem),
        Type::Path(ty) => ty.path.segments.len() == 1,
        _ => false,
    }
}

fn is_standard(path: &Path) -> bool {
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    matches!(names[..], ["Option"] | ["option", "Option"] | ["std" | "core", "option", "Option"])
}
