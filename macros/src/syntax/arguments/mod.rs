//! The reader of attribute arguments: `"user.<uuid>", lenient, name = "inbox"`.
//!
//! The reader works on tokens: it splits them at the commas, classifies each argument, admits an option once, and reads the
//! options that attributes share. An attribute describes what it takes in a [`Grammar`], and stores what is its own.

mod grammar;
mod option;
mod tokens;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Lit, LitStr};

pub(crate) use self::grammar::{Grammar, Positional};
pub(crate) use self::option::{Opt, Value};
use self::tokens::{Shape, split, value_text};
pub(crate) use self::tokens::{collect, is_punct};
use crate::syntax::errors::{Errors, error_at};

pub(crate) const COMMA_MISSING: &str = "a comma is missing before this";

/// The attribute's own part of reading.
pub(crate) trait Arguments {
    /// Stores an option of the grammar. Called once for each.
    fn option(&mut self, option: Value<'_>) -> syn::Result<()>;

    /// Reads an argument that is no option.
    fn positional(&mut self, grammar: &Grammar, argument: &[TokenTree]) -> syn::Result<()>;
}

/// The values of the options that attributes share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) name: Option<LitStr>,
    /// Whether `collect = false` is among them.
    pub(crate) uncollected: bool,
}

/// Reads all arguments, and reports every mistake in them.
pub(crate) fn read(grammar: &Grammar, own: &mut dyn Arguments, tokens: TokenStream) -> syn::Result<Shared> {
    let mut errors = Errors::default();
    let mut reader = Reader { grammar, own, shared: Shared::default(), admitted: Vec::new() };
    for argument in split(tokens) {
        errors.keep(reader.argument(&argument));
    }
    errors.finish(reader.shared)
}

/// Reports the arguments of an attribute that takes none.
pub(crate) fn refuse(attribute: &str, reason: &str, tokens: &TokenStream, errors: &mut Errors) {
    if !tokens.is_empty() {
        errors.at(tokens, format!("`{attribute}` takes no arguments: {reason}"));
    }
}

/// Reads the arguments from the left.
struct Reader<'r> {
    grammar: &'r Grammar,
    own: &'r mut dyn Arguments,
    shared: Shared,
    /// The names of the options and words so far.
    admitted: Vec<String>,
}

impl Reader<'_> {
    fn argument(&mut self, argument: &[TokenTree]) -> syn::Result<()> {
        if let Some(semicolon) = argument.iter().find(|token| is_punct(token, ';')) {
            return error_at(semicolon, "write `,` instead of `;`");
        }
        match argument {
            [TokenTree::Ident(name), rest @ ..] => self.named(name, rest, argument),
            [TokenTree::Literal(literal)] => self.literal(Lit::new(literal.clone()), argument),
            _ => self.own.positional(self.grammar, argument),
        }
    }

    fn named(&mut self, name: &Ident, rest: &[TokenTree], argument: &[TokenTree]) -> syn::Result<()> {
        let option = self.grammar.option(name);
        match (Shape::of(rest), option) {
            (Shape::NoComma(next), _) => error_at(next, COMMA_MISSING),
            (Shape::Alone, Some(option)) => self.option(option, name, &[]),
            (Shape::Assigned([]), Some(option)) => self.misassigned(option, name, &[], argument),
            (Shape::Assigned(value), Some(option)) => self.option(option, name, value),
            (Shape::Assigned(_), None) => error_at(name, self.grammar.unknown_option(&name.to_string())),
            (Shape::Misassigned(value), Some(option)) => self.misassigned(option, name, &value, argument),
            _ => {
                if self.grammar.is_word(name) {
                    self.admit(name)?;
                }
                self.own.positional(self.grammar, argument)
            }
        }
    }

    fn literal(&mut self, literal: Lit, argument: &[TokenTree]) -> syn::Result<()> {
        let quoted = match &literal {
            Lit::Str(text) if !self.grammar.words().is_empty() => self.grammar.quoted(text),
            _ => None,
        };
        match quoted {
            Some(message) => error_at(literal, message),
            None => self.own.positional(self.grammar, argument),
        }
    }

    fn option(&mut self, option: &'static Opt, name: &Ident, tokens: &[TokenTree]) -> syn::Result<()> {
        self.admit(name)?;
        let value = Value { option, name, tokens };
        match (option.name, &option.value) {
            (_, None) if !tokens.is_empty() => value.flag_error(),
            (_, Some(_)) if tokens.is_empty() => value.error(),
            ("name", _) => self.name(&value),
            ("collect", _) => self.collect(&value),
            _ => self.own.option(value),
        }
    }

    fn name(&mut self, value: &Value<'_>) -> syn::Result<()> {
        let name = value.string()?;
        if name.value().trim().is_empty() {
            return error_at(name, "the name in logs is empty: write `name = \"inbox\"`");
        }
        self.shared.name = Some(name);
        Ok(())
    }

    fn collect(&mut self, value: &Value<'_>) -> syn::Result<()> {
        self.shared.uncollected = !value.bool()?;
        Ok(())
    }

    /// Reports an option whose value follows something other than `=`, or is missing.
    fn misassigned(
        &mut self,
        option: &'static Opt,
        name: &Ident,
        value: &[TokenTree],
        argument: &[TokenTree],
    ) -> syn::Result<()> {
        self.admit(name)?;
        if option.value.is_none() || value.is_empty() {
            return error_at(collect(argument), option.usage());
        }
        error_at(collect(argument), format!("a value stands after `=`: write `{name} = {}`", value_text(value)))
    }

    /// Refuses a name that was admitted before.
    fn admit(&mut self, name: &Ident) -> syn::Result<()> {
        let text = name.to_string();
        if self.admitted.contains(&text) {
            return error_at(name, format!("`{text}` is written twice: remove one"));
        }
        self.admitted.push(text);
        Ok(())
    }
}
