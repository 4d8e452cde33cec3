//! The model of a type that derives `Reject`: the answer of each variant.

use centrifugo_pattern::nearest;
use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, ExprPath, Fields, Ident, Meta};

use super::attribute::{Answer, Content, USAGE, is_reject};
use crate::syntax::errors::Errors;
use crate::syntax::span::ours;

pub(super) struct Rejecting {
    pub(super) ident: Ident,
    pub(super) variants: Vec<Variant>,
    /// The function that returns the answer, instead of the variants.
    pub(super) with: Option<ExprPath>,
}

/// A variant, or the struct.
pub(super) struct Variant {
    /// Its name in a pattern.
    pub(super) path: TokenStream,
    pub(super) ident: Ident,
    pub(super) fields: Fields,
    /// `None`: a function returns the answer.
    pub(super) answer: Option<Answer>,
}

impl Rejecting {
    pub(super) fn read(item: TokenStream) -> syn::Result<Self> {
        let item: DeriveInput = syn::parse2(item)?;
        let mut errors = Errors::default();
        if let Some(generic) = item.generics.params.first() {
            errors.at(generic, "a type that answers can't be generic: write the types out");
        }
        let with = with(&item, &mut errors);
        let is_with = with.is_some();
        let ident = item.ident;
        let variants: Vec<_> = match item.data {
            Data::Enum(data) => {
                check_no_answer(&item.attrs, is_with, &mut errors);
                if data.variants.is_empty() {
                    errors.at(&ident, "an enum of answers has at least one variant");
                }
                let each = data.variants.into_iter();
                each.filter_map(|variant| of_enum(&ident, variant, is_with, &mut errors)).collect()
            }
            Data::Struct(data) => of_struct(&ident, &item.attrs, data.fields, is_with, &mut errors).into_iter().collect(),
            Data::Union(data) => {
                let message = "`Reject` is derived for enums and structs, and this is a union";
                return Err(syn::Error::new(data.union_token.span, message));
            }
        };
        check_codes(&variants, &mut errors);
        errors.finish(Self { ident: named(ident), variants, with })
    }
}

/// The name with the span of the derive macro: the compiler does not report that it is deprecated.
fn named(mut ident: Ident) -> Ident {
    ident.set_span(ours(ident.span()));
    ident
}

/// `#[reject(with = path)]` above the type.
fn with(item: &DeriveInput, errors: &mut Errors) -> Option<ExprPath> {
    let contents =
        item.attrs.iter().filter(|attribute| is_reject(attribute)).filter_map(|attribute| Content::read(attribute).ok());
    let mut functions = contents.filter_map(|content| match content {
        Content::With(function) => Some(function),
        Content::Answer(_) => None,
    });
    let first = functions.next();
    if let Some(second) = functions.next() {
        errors.at(second, "one function answers for a type: remove this");
    }
    first
}

/// Reports answers above an enum.
fn check_no_answer(attributes: &[Attribute], is_with: bool, errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| is_reject(attribute)) {
        match Content::read(attribute) {
            Ok(Content::With(_)) => {}
            Ok(Content::Answer(_)) if is_with => errors.at(attribute, "the function of `with` answers: remove this"),
            Ok(Content::Answer(_)) => errors.at(attribute, "each variant has its own answer: write this above a variant"),
            Err(error) => errors.push(error),
        }
    }
}

fn of_enum(of: &Ident, variant: syn::Variant, is_with: bool, errors: &mut Errors) -> Option<Variant> {
    let syn::Variant { ident, fields, attrs, .. } = variant;
    let (of, name) = (named(of.clone()), named(ident.clone()));
    let path = quote!(#of::#name);
    if is_with {
        for attribute in attrs.iter().filter(|attribute| is_reject(attribute)) {
            errors.at(attribute, "the function of `with` answers for all variants: remove this");
        }
        return Some(Variant { path, ident, fields, answer: None });
    }
    let answer = answer(&ident, &attrs, errors)?;
    check_one_field(&answer, &ident, &fields, errors);
    Some(Variant { path, ident, fields, answer: Some(answer) })
}

fn of_struct(
    ident: &Ident,
    attributes: &[Attribute],
    fields: Fields,
    is_with: bool,
    errors: &mut Errors,
) -> Option<Variant> {
    let (path, ident) = (named(ident.clone()).to_token_stream(), ident.clone());
    if is_with {
        check_no_answer(attributes, is_with, errors);
        return Some(Variant { path, ident, fields, answer: None });
    }
    let answer = answer(&ident, attributes, errors)?;
    check_one_field(&answer, &ident, &fields, errors);
    Some(Variant { path, ident, fields, answer: Some(answer) })
}

/// The answer of a variant or a struct.
fn answer(ident: &Ident, attributes: &[Attribute], errors: &mut Errors) -> Option<Answer> {
    let mut ours = attributes.iter().filter(|attribute| is_reject(attribute));
    let Some(first) = ours.next() else {
        errors.push(unanswered(ident, attributes));
        return None;
    };
    for attribute in ours {
        errors.at(attribute, "there is one answer: remove this, or write a second variant");
    }
    match errors.keep(Content::read(first))? {
        Content::Answer(answer) => Some(answer),
        Content::With(function) => {
            errors.at(function, "`with` is for the whole type: write it above the enum, without answers on the variants");
            None
        }
    }
}

/// The error for a missing `#[reject(..)]`. An answer in another attribute is shown as ours.
fn unanswered(ident: &Ident, attributes: &[Attribute]) -> syn::Error {
    for attribute in attributes {
        if let Some(answer) = elsewhere(attribute) {
            return syn::Error::new_spanned(
                attribute,
                format!("`{ident}` has no `#[reject(..)]`: write `#[reject({answer})]`"),
            );
        }
    }
    let misspelt = attributes.iter().filter_map(|attribute| attribute.path().get_ident());
    match misspelt.into_iter().find(|name| nearest(&name.to_string(), ["reject"]).is_some()) {
        Some(name) => syn::Error::new_spanned(name, "did you mean `reject`?"),
        None => syn::Error::new_spanned(ident, format!("`{ident}` has no `#[reject(..)]`, so no answer: {USAGE}")),
    }
}

/// An answer that is written as `#[error(403, "..")]`, `#[disconnect(4501, "..")]` or `#[internal]`. The `#[error("..")]` of
/// other derives has no code.
fn elsewhere(attribute: &Attribute) -> Option<String> {
    let name = attribute.path().get_ident()?.to_string();
    match (&attribute.meta, name.as_str()) {
        (Meta::Path(_), "internal") => Some(name),
        (Meta::List(list), "disconnect") => Some(format!("disconnect({})", list.tokens)),
        (Meta::List(list), "error") => {
            let first = list.tokens.clone().into_iter().next()?.to_string();
            first.parse::<u32>().is_ok().then(|| list.tokens.to_string())
        }
        _ => None,
    }
}

fn check_one_field(answer: &Answer, ident: &Ident, fields: &Fields, errors: &mut Errors) {
    if matches!(answer, Answer::Transparent) && fields.len() != 1 {
        let count = fields.len();
        errors.at(ident, format!("`transparent` passes on what the only field answers, and `{ident}` has {count} fields"));
    }
}

/// Reports two answers with one code: clients distinguish answers by their codes.
fn check_codes(variants: &[Variant], errors: &mut Errors) {
    let mut texts: HashMap<u32, (String, &Ident)> = HashMap::new();
    for Variant { ident, answer, .. } in variants {
        let (code, text) = match answer {
            Some(Answer::Error { code, message, .. }) => (code, message.value()),
            Some(Answer::Disconnect { code, reason }) => (code, reason.value()),
            Some(Answer::Internal | Answer::Transparent) | None => continue,
        };
        let Ok(number) = code.base10_parse() else { continue };
        match texts.get(&number) {
            Some((first, variant)) if *first != text => errors.at(
                code,
                format!(
                    "{number} means \"{first}\" already, in `{variant}`: clients distinguish answers by their codes, \
                     so take another one"
                ),
            ),
            Some(_) => {}
            None => {
                texts.insert(number, (text, ident));
            }
        }
    }
}
