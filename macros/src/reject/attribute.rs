//! `#[error(403, "not a member", temporary)]`, `#[disconnect(4502, "banned")]`, `#[internal]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, ExprPath, Lit, LitInt, LitStr, Meta, Token};

use super::rules;
use crate::errors::Errors;

/// What a variant answers.
pub(super) enum Answer {
    Error { code: LitInt, message: LitStr, temporary: bool },
    Disconnect { code: LitInt, reason: LitStr },
    Internal,
}

impl Answer {
    /// `None`: the attribute is somebody else's.
    pub(super) fn read(attribute: &Attribute) -> Option<syn::Result<Self>> {
        let path = attribute.path();
        if path.is_ident("internal") {
            return Some(internal(attribute));
        }
        if path.is_ident("error") {
            return Some(arguments(attribute, "error").and_then(error));
        }
        path.is_ident("disconnect").then(|| arguments(attribute, "disconnect").and_then(disconnect))
    }
}

fn internal(attribute: &Attribute) -> syn::Result<Answer> {
    match &attribute.meta {
        Meta::Path(_) => Ok(Answer::Internal),
        meta => fault(meta, "`internal` has no arguments: the client sees nothing of it, and the log sees the cause"),
    }
}

/// Code, text, and what follows.
struct Arguments {
    code: LitInt,
    text: LitStr,
    rest: Vec<Expr>,
}

fn arguments(attribute: &Attribute, name: &str) -> syn::Result<Arguments> {
    let code = if name == "error" { 403 } else { 4501 };
    let usage = format!("write `#[{name}({code}, \"..\")]`");
    let Meta::List(list) = &attribute.meta else {
        return fault(&attribute.meta, format!("code and text are missing: {usage}"));
    };
    if list.tokens.is_empty() {
        return fault(&attribute.meta, format!("code and text are missing: {usage}"));
    }
    if let Some(TokenTree::Ident(word)) = list.tokens.clone().into_iter().next()
        && word == "transparent"
    {
        return fault(word, "the client must not see every error as it is: write `#[internal]`");
    }
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated
        .parse2(list.tokens.clone())
        .or_else(|_| fault(&list.tokens, format!("this is not a code and a text: {usage}")))?;
    let mut expressions = expressions.into_iter();
    let (first, second) = (expressions.next(), expressions.next());
    match (first, second) {
        (Some(Expr::Assign(named)), _) => fault(named, format!("code and text have no names: {usage}")),
        (Some(first), None) if string(&first).is_some() => {
            fault(&first, format!("the code is missing: write `#[{name}({code}, {})]`", first.to_token_stream()))
        }
        (Some(first), Some(second)) if string(&first).is_some() && integer(&second).is_some() => fault(
            &first,
            format!("the code goes first: write `#[{name}({}, {})]`", second.to_token_stream(), first.to_token_stream()),
        ),
        (Some(first), second) => {
            let Some(code) = integer(&first) else {
                return fault(first, format!("a code is a number, as it is checked when compiled: {usage}"));
            };
            let Some(second) = second else {
                return fault(&code, format!("the text is missing: write `#[{name}({code}, \"..\")]`"));
            };
            let Some(text) = string(&second) else {
                return fault(second, format!("the text is a string: write `#[{name}({code}, \"..\")]`"));
            };
            Ok(Arguments { code, text, rest: expressions.collect() })
        }
        (None, _) => fault(&attribute.meta, format!("code and text are missing: {usage}")),
    }
}

fn error(Arguments { code, text, rest }: Arguments) -> syn::Result<Answer> {
    let mut errors = Errors::default();
    check(&code, rules::error_code, &mut errors);
    check_text(&text, rules::message, &mut errors);
    let temporary = rest.first().is_some_and(is_temporary);
    for surplus in rest.iter().skip(usize::from(temporary)) {
        errors.at(surplus, "after the text there may only be `temporary`: the client tries again");
    }
    errors.finish(Answer::Error { code, message: text, temporary })
}

fn disconnect(Arguments { code, text, rest }: Arguments) -> syn::Result<Answer> {
    let mut errors = Errors::default();
    check(&code, rules::disconnect_code, &mut errors);
    check_text(&text, rules::reason, &mut errors);
    for surplus in &rest {
        errors.at(
            surplus,
            "the code tells whether the client connects again: 4000..=4499, it does; 4500..=4999, it stays away",
        );
    }
    errors.finish(Answer::Disconnect { code, reason: text })
}

fn check(code: &LitInt, rule: fn(u32) -> Result<(), String>, errors: &mut Errors) {
    // What is no `u32` is out of every range.
    if let Err(message) = rule(code.base10_parse().unwrap_or(u32::MAX)) {
        errors.at(code, message);
    }
}

fn check_text(text: &LitStr, rule: fn(&str) -> Result<(), String>, errors: &mut Errors) {
    if let Err(message) = rule(&text.value()) {
        errors.at(text, message);
    }
}

fn is_temporary(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(ExprPath { path, .. }) if path.is_ident("temporary"))
}

fn integer(expression: &Expr) -> Option<LitInt> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(code), .. }) => Some(code.clone()),
        _ => None,
    }
}

fn string(expression: &Expr) -> Option<LitStr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

fn fault<T>(tokens: impl ToTokens, message: impl std::fmt::Display) -> syn::Result<T> {
    let tokens: TokenStream = tokens.to_token_stream();
    Err(syn::Error::new_spanned(tokens, message))
}
