//! The check of the types of arguments that are to be extracted. It refuses types of std, for which no other crate can
//! implement our trait, references to extractors that are never borrowed, and every `&mut`. The errors show what to write
//! instead; all other types are the compiler's to check.

use syn::ext::IdentExt;
use syn::{Ident, Pat, PatType, Type};

use crate::handler::selector::Selector;
use crate::kind::{Facet, Kind};
use crate::syntax::errors::Errors;
use crate::syntax::text::text;

/// The types of std that arguments often have.
const STD_TYPES: [&str; 18] = [
    "String", "str", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64",
];

/// The extractors that can't be borrowed: those that are read from the call, or cloned. A copy of what the runtime's
/// `extract/` implements, which `tests/house.rs` compares it with.
const OWNED: [&str; 9] =
    ["State", "Extension", "Data", "RawData", "Meta", "Header", "Metadata", "Publications", "RawPublications"];

/// Checks an argument that is no placeholder's value.
pub(crate) fn check(kind: Option<Kind>, selector: &Selector, argument: &PatType, errors: &mut Errors) {
    let ty = &*argument.ty;
    if let Type::Reference(reference) = ty
        && (reference.mutability.is_some() || name(&reference.elem).is_some_and(|name| OWNED.contains(&name.as_str())))
    {
        let owned = text(&reference.elem);
        errors.at(ty, format!("an extractor's value belongs to the function: write `{owned}`"));
    } else if let (Some(kind), Some(std_type)) = (kind, std_type(ty)) {
        errors.at(ty, suggestion(kind, selector, ident(argument), &std_type));
    }
}

/// The name of a type of std that is no extractor.
fn std_type(ty: &Type) -> Option<String> {
    match ty {
        Type::Reference(reference) => std_type(&reference.elem),
        Type::Path(path) if path.path.get_ident().is_some() => name(ty).filter(|name| STD_TYPES.contains(&name.as_str())),
        _ => None,
    }
}

fn name(ty: &Type) -> Option<String> {
    match ty {
        Type::Group(group) => name(&group.elem),
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn ident(argument: &PatType) -> Option<String> {
    match &*argument.pat {
        Pat::Ident(pattern) => Some(Ident::unraw(&pattern.ident).to_string()),
        _ => None,
    }
}

/// The message with what to write instead of a type of std.
fn suggestion(kind: Kind, selector: &Selector, name: Option<String>, ty: &str) -> String {
    let owned = if ty == "str" { "String" } else { ty };
    let name = name.unwrap_or_else(|| "value".to_owned());
    let name = name.trim_start_matches('_');
    if let Some(extractor) = extractor_named(kind, name, owned) {
        return format!("`{name}` isn't in the pattern: if it is the event's, write `{name}: {extractor}`");
    }
    match selector {
        Selector::Pattern(_) => {
            format!(
                "no placeholder is named `{name}`: write `<{name}>` into the pattern, or `Data<{owned}>` for what was sent"
            )
        }
        Selector::Channel(path) => {
            let channel = text(path);
            format!("the value is in the channel: write `{channel} {{ {name}, .. }}: {channel}`")
        }
        Selector::Any => {
            format!("`{ty}` is no extractor: write `Data<{owned}>` for what was sent, or `State<{owned}>` for a state")
        }
    }
}

/// The extractor that an argument's name suggests.
fn extractor_named(kind: Kind, name: &str, data: &str) -> Option<String> {
    let ty = match name {
        "key" if kind.has(Facet::Key) => "Key",
        "channel" if kind.takes_type() => "Channel",
        "user" | "user_id" if kind != Kind::Connect => "UserId",
        "client" | "client_id" => "ClientId",
        "data" | "message" | "msg" | "body" | "payload" | "text" => return Some(format!("Data<{data}>")),
        _ => return None,
    };
    Some(ty.to_owned())
}
