//! The options of attributes, and the values that they have in the user's source.

use std::time::Duration;

use centrifugo_pattern::duration;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitInt, LitStr, Type};

use super::COMMA_MISSING;
use super::tokens::{collect, is_ident_or_literal, is_punct};
use crate::syntax::errors::error_at;

/// An option of an attribute.
pub(crate) struct Opt {
    pub(crate) name: &'static str,
    pub(super) value: Option<Expected>,
}

/// The value that an option takes, as messages describe it.
pub(super) struct Expected {
    /// The message's predicate: `is a whole number`.
    is: &'static str,
    example: &'static str,
}

impl Opt {
    pub(crate) const NAME: Self = Self::value("name", "is a string, the name in logs", "\"inbox\"");
    pub(crate) const COLLECT: Self = Self::value("collect", "is on by default", "false");

    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { name, value: None }
    }

    pub(crate) const fn value(name: &'static str, is: &'static str, example: &'static str) -> Self {
        Self { name, value: Some(Expected { is, example }) }
    }

    /// The message with what to write.
    pub(super) fn usage(&self) -> String {
        let name = self.name;
        match &self.value {
            Some(Expected { is, example }) => format!("`{name}` {is}: write `{name} = {example}`"),
            None => format!("`{name}` has no value: write `{name}`"),
        }
    }
}

/// An option in the user's source. The tokens of its value are empty for a flag, and never for another option.
pub(crate) struct Value<'a> {
    pub(crate) option: &'static Opt,
    pub(crate) name: &'a Ident,
    pub(super) tokens: &'a [TokenTree],
}

impl Value<'_> {
    pub(super) fn string(&self) -> syn::Result<LitStr> {
        match self.only_token(self.tokens)? {
            TokenTree::Literal(literal) => match Lit::new(literal.clone()) {
                Lit::Str(text) => Ok(text),
                _ => self.error(),
            },
            _ => self.error(),
        }
    }

    pub(super) fn bool(&self) -> syn::Result<bool> {
        match self.only_token(self.tokens)? {
            TokenTree::Ident(word) if word == "true" => Ok(true),
            TokenTree::Ident(word) if word == "false" => Ok(false),
            _ => self.error(),
        }
    }

    /// A whole number of 32 bits, with or without a minus.
    pub(crate) fn integer(&self) -> syn::Result<TokenStream> {
        let (is_negative, digits) = match self.tokens {
            [minus, digits @ ..] if is_punct(minus, '-') => (true, digits),
            digits => (false, digits),
        };
        let literal = self.only_token(digits)?;
        let number = match syn::parse2::<LitInt>(literal.clone().into()).and_then(|number| number.base10_parse::<i64>()) {
            Ok(number) if is_negative => -number,
            Ok(number) => number,
            Err(_) => return self.error(),
        };
        if i32::try_from(number).is_ok() { Ok(collect(self.tokens)) } else { self.error() }
    }

    /// A duration in a string, above zero.
    pub(crate) fn duration(&self) -> syn::Result<Duration> {
        let text = self.string()?;
        match duration::parse(&text.value()) {
            Ok(Duration::ZERO) => {
                error_at(text, format!("no call ends in no time: leave `{}` out, or write a longer one", self.option.name))
            }
            Ok(duration) => Ok(duration),
            Err(fault) => error_at(text, fault),
        }
    }

    pub(crate) fn ty(&self) -> syn::Result<Type> {
        let with_rest = |input: ParseStream<'_>| Ok((input.parse()?, input.parse::<TokenStream>()?));
        match with_rest.parse2(collect(self.tokens)) {
            Ok((ty, rest)) => match rest.into_iter().next() {
                Some(next) => error_at(next, COMMA_MISSING),
                None => Ok(ty),
            },
            Err(_) => self.error(),
        }
    }

    fn only_token<'t>(&self, tokens: &'t [TokenTree]) -> syn::Result<&'t TokenTree> {
        match tokens {
            [token] => Ok(token),
            [first, next, ..] if is_ident_or_literal(first) && is_ident_or_literal(next) => error_at(next, COMMA_MISSING),
            _ => self.error(),
        }
    }

    /// Reports the value of an option that has none.
    pub(super) fn flag_error(&self) -> syn::Result<()> {
        match self.tokens {
            [TokenTree::Ident(word)] if word == "false" => {
                error_at(word, format!("`{}` has no value: leave it out", self.option.name))
            }
            _ => self.error(),
        }
    }

    /// Reports the value, or the option's name where the value is missing.
    pub(super) fn error<T>(&self) -> syn::Result<T> {
        match self.tokens {
            [] => error_at(self.name, self.option.usage()),
            value => error_at(collect(value), self.option.usage()),
        }
    }
}
