//! The tokens of arguments: where one ends, and what follows its name.

use proc_macro2::{TokenStream, TokenTree};

/// The arguments, split at the commas. A comma in the angle brackets of a value is a part of its type.
pub(super) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut arguments, mut argument, mut open) = (Vec::new(), Vec::new(), 0_usize);
    for token in tokens {
        if is_punct(&token, ',') && open == 0 {
            arguments.push(std::mem::take(&mut argument));
            continue;
        }
        let is_value = argument.get(1).is_some_and(|equals| is_punct(equals, '='));
        let is_arrow = argument.last().is_some_and(|minus| is_punct(minus, '-'));
        if is_value && is_punct(&token, '<') {
            open += 1;
        } else if is_punct(&token, '>') && !is_arrow {
            open = open.saturating_sub(1);
        }
        argument.push(token);
    }
    arguments.push(argument);
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

/// The rest of an argument after the name that it begins with.
pub(super) enum Shape<'a> {
    /// Nothing: `lenient`.
    Alone,
    /// `name = value`.
    Assigned(&'a [TokenTree]),
    /// `name: value`, `name => value`, `name(value)`.
    Misassigned(Vec<TokenTree>),
    /// The next argument, without a comma before it.
    NoComma(&'a TokenTree),
    /// Something else, such as the rest of a path or of a pattern without quotes.
    Other,
}

impl<'a> Shape<'a> {
    pub(super) fn of(rest: &'a [TokenTree]) -> Self {
        match rest {
            [] => Self::Alone,
            [first, second, value @ ..] if is_punct(first, '=') && is_punct(second, '>') => {
                Self::Misassigned(value.to_vec())
            }
            [first, value @ ..] if is_punct(first, '=') => Self::Assigned(value),
            [first, second, ..] if is_punct(first, ':') && is_punct(second, ':') => Self::Other,
            [first, value @ ..] if is_punct(first, ':') => Self::Misassigned(value.to_vec()),
            [TokenTree::Group(value)] => Self::Misassigned(value.stream().into_iter().collect()),
            [next, ..] if is_ident_or_literal(next) => Self::NoComma(next),
            _ => Self::Other,
        }
    }
}

pub(crate) fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// Whether the token may be the first of an argument, or the only one of a value.
pub(super) fn is_ident_or_literal(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_))
}

pub(crate) fn collect(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

/// The text of a value in messages.
pub(super) fn value_text(value: &[TokenTree]) -> String {
    collect(value).to_string().replace("- ", "-")
}
