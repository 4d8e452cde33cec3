//! The pattern among an attribute's arguments, and the mistakes in it that a look at the tokens finds.

use proc_macro2::{Group, Ident, TokenTree};
use syn::{Lit, LitStr};

use crate::syntax::arguments::{COMMA_MISSING, Grammar, collect, is_punct};
use crate::syntax::errors::error_at;

/// The words of messages about an attribute's pattern.
#[derive(Clone, Copy)]
pub(crate) struct PatternRules {
    /// The owner of the pattern: `a handler`.
    pub(crate) owner: &'static str,
    /// The advice for more than one pattern: `a function for each`.
    pub(crate) several: &'static str,
    pub(crate) example: &'static str,
}

impl PatternRules {
    /// The message for a second pattern.
    pub(crate) fn second(&self) -> String {
        format!("{} has one pattern: write {}", self.owner, self.several)
    }

    fn a_string(&self) -> String {
        format!("a pattern is a string, such as `\"{}\"`", self.example)
    }
}

/// Reads an argument that is no option. `taken`: there is a pattern already.
pub(crate) fn read(grammar: &Grammar, rules: &PatternRules, argument: &[TokenTree], taken: bool) -> syn::Result<LitStr> {
    match argument {
        [TokenTree::Literal(token)] => literal(grammar, rules, Lit::new(token.clone()), taken),
        [TokenTree::Literal(_), second, rest @ ..] => error_at(second, joined(rules, second, rest.first())),
        [TokenTree::Ident(_), bang, TokenTree::Group(_)] if is_punct(bang, '!') => {
            error_at(collect(argument), "a pattern is one string literal: it is checked before other macros are expanded")
        }
        _ => error_at(collect(argument), unquoted(grammar, rules, argument, taken)),
    }
}

/// The message of an attribute that has no pattern and needs one.
pub(crate) fn missing(attribute: &str, example: &str) -> String {
    format!("`{attribute}` needs a pattern: write `#[{attribute}(\"{example}\")]`")
}

fn literal(grammar: &Grammar, rules: &PatternRules, literal: Lit, taken: bool) -> syn::Result<LitStr> {
    let message = match &literal {
        Lit::Str(text) if taken => grammar.quoted(text).unwrap_or_else(|| rules.second()),
        Lit::Str(text) if text.suffix().is_empty() => return Ok(text.clone()),
        Lit::Str(_) => "a pattern has no suffix: leave it out".to_owned(),
        Lit::ByteStr(_) => "a pattern is a plain string: leave out the `b`".to_owned(),
        Lit::CStr(_) => "a pattern is a plain string: leave out the `c`".to_owned(),
        Lit::Char(text) => format!("a pattern is a string: write `\"{}\"`", text.value()),
        _ => rules.a_string(),
    };
    error_at(literal, message)
}

/// The message for a token right after a pattern.
fn joined(rules: &PatternRules, mark: &TokenTree, next: Option<&TokenTree>) -> String {
    match next {
        Some(TokenTree::Literal(_)) if is_punct(mark, '|') || is_punct(mark, '+') => rules.second(),
        Some(TokenTree::Ident(_)) if is_punct(mark, '.') => {
            "a pattern is one string literal: it is checked before anything is called".to_owned()
        }
        _ => COMMA_MISSING.to_owned(),
    }
}

/// The message for a list of patterns, a constant, a misspelt option, or a pattern whose quotes are missing.
fn unquoted(grammar: &Grammar, rules: &PatternRules, argument: &[TokenTree], taken: bool) -> String {
    // A pattern has no spaces, and the compiler's printer may put some between the tokens.
    let text: String = collect(argument).to_string().split_whitespace().collect();
    let is_word = matches!(argument, [TokenTree::Ident(_)]);
    match path_end(argument) {
        _ if taken || (is_word && grammar.meant(&text).is_some()) => grammar.unknown(&text),
        Some(last) if is_constant(last) => {
            "a pattern is one string literal: it is checked before a constant's value is known".to_owned()
        }
        _ if is_list(argument) => rules.second(),
        _ if text.contains('"') => rules.a_string(),
        _ => format!("a pattern stands in quotes: write `\"{text}\"`"),
    }
}

/// The last name of a path without generics.
fn path_end(argument: &[TokenTree]) -> Option<&Ident> {
    let is_part = |token: &TokenTree| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':');
    match argument.split_last()? {
        (TokenTree::Ident(last), path) if path.iter().all(is_part) => Some(last),
        _ => None,
    }
}

/// A name such as `NEWS` or `DM_CHANNELS`, which a type may have as well.
pub(crate) fn is_constant(name: &Ident) -> bool {
    let name = name.to_string();
    name.len() > 1 && !name.contains(char::is_lowercase) && name.starts_with(char::is_uppercase)
}

/// `["a", "b"]`, `("a", "b")`, `&["a", "b"]`.
fn is_list(tokens: &[TokenTree]) -> bool {
    let is_text = |token: &TokenTree| matches!(token, TokenTree::Literal(_));
    let is_list = |group: &Group| group.stream().into_iter().next().as_ref().is_some_and(is_text);
    matches!(tokens, [.., TokenTree::Group(group)] if tokens.len() <= 2 && is_list(group))
}
