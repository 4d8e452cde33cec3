//! The model of a typed channel: checks that the struct has the fields that the pattern needs, and no others.

use centrifugo_pattern::{Place, Placeholder, Segment, nearest};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Field, Fields, Ident, Item, ItemStruct, Type};

use super::args::Args;
use crate::handler::model::NO_VALUE;
use crate::handler::params::check_fit;
use crate::syntax::errors::Errors;
use crate::syntax::pattern_lit::PatternLit;

pub(crate) struct TypedChannel {
    pub(crate) ident: Ident,
    pub(crate) literal: PatternLit,
    /// The type of what is published. None: any.
    pub(crate) data: Option<Type>,
    /// The type of what clients send to be published. None: that of `data`.
    pub(crate) from_client: Option<Type>,
    /// Whether a channel's name may have a value in another form than its type writes.
    pub(crate) is_lenient: bool,
    /// In the order of the pattern's placeholders.
    pub(crate) fields: Vec<Field>,
    pub(crate) attrs: Vec<Attribute>,
}

impl TypedChannel {
    pub(crate) fn read(args: TokenStream, item: TokenStream) -> syn::Result<Self> {
        let item = structure(item)?;
        let mut errors = Errors::default();
        if let Some(generic) = item.generics.params.first() {
            errors.at(generic, "a typed channel can't be generic: each type has one pattern");
        }
        let args = errors.keep(Args::read(args));
        let literal = args.as_ref().and_then(|args| errors.keep(PatternLit::read(&args.pattern, Place::Publish)));
        let (Some(args), Some(literal)) = (args, literal) else { return Err(into_error(errors)) };
        if let (Some(option), None) = (&args.lenient, literal.named().next()) {
            errors.at(option, NO_VALUE);
        }
        if let (Some(data), Some(from_client)) = (&args.data, &args.from_client)
            && data.to_token_stream().to_string() == from_client.to_token_stream().to_string()
        {
            errors.at(from_client, "`from_client` is `data` unless it is another type: remove it");
        }
        check_writable(&literal, &mut errors);
        let fields = fields(&literal, &item, &mut errors);
        let Args { data, from_client, lenient, .. } = args;
        let is_lenient = lenient.is_some();
        errors.finish(Self { ident: item.ident, literal, data, from_client, is_lenient, fields, attrs: item.attrs })
    }
}

fn into_error(errors: Errors) -> syn::Error {
    match errors.finish(()) {
        Err(error) => error,
        Ok(()) => syn::Error::new(Span::call_site(), "this is no typed channel"),
    }
}

fn structure(item: TokenStream) -> syn::Result<ItemStruct> {
    let (what, span) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => return Ok(item),
        Ok(Item::Enum(item)) => ("an enum: write a struct for each pattern", item.enum_token.span),
        Ok(Item::Union(item)) => ("a union", item.union_token.span),
        Ok(Item::Fn(item)) => ("a function: handlers of channels have `#[topic(\"..\")]`", item.sig.fn_token.span),
        Ok(Item::Type(item)) => ("another type's name", item.type_token.span),
        _ => ("something else", item.span()),
    };
    Err(syn::Error::new(span, format!("`channel` goes on a struct, and this is {what}")))
}

/// The fields in the order of the placeholders.
fn fields(literal: &PatternLit, item: &ItemStruct, errors: &mut Errors) -> Vec<Field> {
    if let Fields::Unnamed(fields) = &item.fields {
        errors.at(fields, "the fields of a typed channel have names: write `struct Name { uuid: .. }`");
        return Vec::new();
    }
    let mut surplus: Vec<&Field> = item.fields.iter().collect();
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (placeholder, name) in literal.named() {
        match surplus.iter().position(|field| is_named(field, name)) {
            Some(at) => {
                let field = surplus.remove(at);
                errors.keep(check_fit(placeholder, name, &field.ty));
                found.push(field.clone());
            }
            None => missing.push((placeholder, name)),
        }
    }
    for (placeholder, name) in missing {
        errors.push(without_field(literal, placeholder, name, &mut surplus));
    }
    for field in surplus {
        let name = field_name(field);
        let message = format!("no placeholder is named `{name}`: write `<{name}>` into the pattern, or remove the field");
        errors.at(&field.ident, message);
    }
    found
}

/// The error for a placeholder without a field. A misspelt field is suggested for one placeholder only.
fn without_field(literal: &PatternLit, placeholder: &Placeholder, name: &str, surplus: &mut Vec<&Field>) -> syn::Error {
    let misspelt = surplus.iter().position(|field| nearest(&field_name(field), [name]).is_some());
    match misspelt.map(|at| surplus.remove(at)) {
        Some(field) => {
            let field_name = field_name(field);
            let message =
                format!("the placeholder `<{name}>` has no field: did you mean `{name}` instead of `{field_name}`?");
            syn::Error::new(field.ident.span(), message)
        }
        None => {
            let ty = if placeholder.is_optional() { "Option<..>" } else { ".." };
            let message = format!("the placeholder `<{name}>` has no field: add `{name}: {ty}` to the struct");
            literal.error(placeholder.span(), message)
        }
    }
}

/// Reports the parts of a pattern that no value of the struct could be written into.
fn check_writable(literal: &PatternLit, errors: &mut Errors) {
    for placeholder in literal.pattern.placeholders().filter(|placeholder| placeholder.name().is_none()) {
        let message = "a typed channel is written as well as read, so each placeholder has a field: name it";
        errors.push(literal.error(placeholder.span(), message));
    }
    if let Some(tail) = literal.pattern.tail()
        && !tail.iter().any(|segment| matches!(segment, Segment::Placeholder(_)))
    {
        let open = literal.pattern.as_str().find('[').unwrap_or_default();
        let message = "no field tells whether this is there: put a placeholder into it, or write two structs";
        errors.push(literal.error(open..literal.pattern.as_str().len(), message));
    }
}

fn is_named(field: &Field, name: &str) -> bool {
    field.ident.as_ref().is_some_and(|ident| ident.unraw() == name)
}

pub(super) fn field_name(field: &Field) -> String {
    field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default()
}
