//! `Option<T>` as it is written: whether a placeholder may be missing is decided before types are known.

use syn::{GenericArgument, PathArguments, Type};

/// The `T` of an `Option<T>`.
pub(crate) fn inner(ty: &Type) -> Option<&Type> {
    let path = match ty {
        // What a `macro_rules!` macro passes on as `$ty:ty`.
        Type::Group(group) => return inner(&group.elem),
        Type::Path(path) => path,
        _ => return None,
    };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}
