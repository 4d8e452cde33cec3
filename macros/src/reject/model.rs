//! The enum: what each variant answers, and where its cause comes from.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Ident, Type, Variant};

use super::attribute::Answer;
use crate::errors::Errors;
use crate::near::nearest;

pub(super) struct Enum {
    pub(super) ident: Ident,
    pub(super) variants: Vec<Reject>,
}

/// A variant.
pub(super) struct Reject {
    pub(super) ident: Ident,
    pub(super) fields: Fields,
    pub(super) answer: Answer,
    /// The type that `?` turns into this variant.
    pub(super) from: Option<Type>,
}

impl Enum {
    pub(super) fn read(item: TokenStream) -> syn::Result<Self> {
        let item: DeriveInput = syn::parse2(item)?;
        let mut errors = Errors::default();
        let variants = match item.data {
            Data::Enum(data) => data.variants,
            Data::Struct(data) => {
                let message = "`Reject` is derived for enums: write a variant for each answer";
                return Err(syn::Error::new(data.struct_token.span, message));
            }
            Data::Union(data) => {
                let message = "`Reject` is derived for enums, and this is a union";
                return Err(syn::Error::new(data.union_token.span, message));
            }
        };
        if let Some(generic) = item.generics.params.first() {
            errors.at(generic, "an enum of answers can't be generic: write the types out");
        }
        if variants.is_empty() {
            errors.at(&item.ident, "an enum of answers has at least one variant");
        }
        for attribute in item.attrs.iter().filter(|attribute| Answer::read(attribute).is_some()) {
            errors.at(attribute, "each variant has its own answer: write this above a variant");
        }
        let variants: Vec<_> = variants.into_iter().filter_map(|variant| self::variant(variant, &mut errors)).collect();
        codes(&variants, &mut errors);
        sources(&variants, &mut errors);
        errors.finish(Self { ident: item.ident, variants })
    }
}

fn variant(variant: Variant, errors: &mut Errors) -> Option<Reject> {
    let mut answers = Vec::new();
    for attribute in &variant.attrs {
        let Some(answer) = Answer::read(attribute) else { continue };
        if !answers.is_empty() {
            errors.at(attribute, "a variant has one answer: remove this, or write a second variant");
            continue;
        }
        answers.push(errors.keep(answer));
    }
    if answers.is_empty() {
        errors.at(&variant.ident, unanswered(&variant.attrs));
    }
    let answer = answers.into_iter().next().flatten();
    let from = from(&variant, answer.as_ref(), errors);
    let answer = answer?;
    if matches!(answer, Answer::Internal) && variant.fields.len() > 1 {
        errors.at(&variant.fields, "an `#[internal]` variant has one field, the cause for the log, or none");
    }
    Some(Reject { ident: variant.ident, fields: variant.fields, answer, from })
}

fn unanswered(attrs: &[Attribute]) -> String {
    let names = attrs.iter().filter_map(|attribute| attribute.path().get_ident()).map(Ident::to_string);
    let misspelt = names.into_iter().find_map(|name| nearest(&name, ["error", "disconnect", "internal"]));
    match misspelt {
        Some(meant) => format!("nothing says what the client is told: did you mean `#[{meant}]`?"),
        None => "nothing says what the client is told: write `#[error(403, \"..\")]`, `#[disconnect(4501, \"..\")]` or `#[internal]` above"
            .to_owned(),
    }
}

fn from(variant: &Variant, answer: Option<&Answer>, errors: &mut Errors) -> Option<Type> {
    let sources: Vec<_> = variant.fields.iter().filter_map(|field| Some((field, from_attribute(field)?))).collect();
    let &(field, attribute) = sources.first()?;
    match answer {
        Some(Answer::Internal) if variant.fields.len() > 1 => return None,
        Some(Answer::Internal) | None => {}
        Some(_) => {
            errors.at(attribute, "`?` makes internal failures: write `#[internal]` above, or convert with `map_err`");
            return None;
        }
    }
    if !matches!(attribute.meta, syn::Meta::Path(_)) {
        errors.at(attribute, "`from` has no arguments: write `#[from]`");
        return None;
    }
    Some(field.ty.clone())
}

fn from_attribute(field: &Field) -> Option<&Attribute> {
    field.attrs.iter().find(|attribute| attribute.path().is_ident("from"))
}

/// One code says one thing: clients know answers by their codes.
fn codes(variants: &[Reject], errors: &mut Errors) {
    let mut texts: HashMap<u32, (String, &Ident)> = HashMap::new();
    for Reject { ident, answer, .. } in variants {
        let (code, text) = match answer {
            Answer::Error { code, message, .. } => (code, message.value()),
            Answer::Disconnect { code, reason } => (code, reason.value()),
            Answer::Internal => continue,
        };
        let Ok(number) = code.base10_parse() else { continue };
        match texts.get(&number) {
            Some((first, variant)) if *first != text => errors.at(
                code,
                format!("{number} means \"{first}\" already, in `{variant}`: clients tell answers apart by their codes, so take another one"),
            ),
            Some(_) => {}
            None => {
                texts.insert(number, (text, ident));
            }
        }
    }
}

fn sources(variants: &[Reject], errors: &mut Errors) {
    let mut types: HashMap<String, &Ident> = HashMap::new();
    for Reject { ident, from, .. } in variants {
        let Some(ty) = from else { continue };
        let text = ty.to_token_stream().to_string();
        match types.get(&text) {
            Some(first) => errors.at(ty, format!("`?` turns this type into `{first}` already: remove one `#[from]`")),
            None => {
                types.insert(text, ident);
            }
        }
    }
}
