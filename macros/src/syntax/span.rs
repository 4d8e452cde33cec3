//! The spans of tokens in expansions. Tokens with a span of the user's cause lints as if the user had written them, and have
//! the hygiene of a `macro_rules!` macro that the user's tokens come from.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// A span at the same place, whose tokens are written by the macro.
pub(crate) fn ours(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A name for a binding in an expansion. A unit struct or a constant in scope with the same name would be matched instead,
/// so the name is one that no other crate has.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__local_{name}"), Span::mixed_site())
}

/// A name for an item in an expansion, with the span of the user's name.
pub(crate) fn ident_at(name: &str, ident: &Ident) -> Ident {
    Ident::new(name, ident.span())
}

/// The same tokens, each with another span.
pub(crate) fn respanned(tokens: TokenStream, span: impl Fn(Span) -> Span + Copy) -> TokenStream {
    let place = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), respanned(group.stream(), span)).into();
        }
        token.set_span(span(token.span()));
        token
    };
    tokens.into_iter().map(place).collect()
}
