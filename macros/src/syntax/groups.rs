//! The invisible groups of `macro_rules!` macros: a fragment such as `$ty:ty` arrives in a group without delimiters.
//! Attributes read their arguments and items without these groups.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{Expr, Type};

/// The same tokens without invisible groups. Where one of them holds its tokens together, it has parentheses instead.
pub(crate) fn flat(tokens: TokenStream) -> TokenStream {
    if !tokens.clone().into_iter().any(|token| has_invisible(&token)) {
        return tokens;
    }
    tokens.into_iter().flat_map(opened).collect()
}

/// The same, of tokens that have left their stream already.
pub(crate) fn flattened(trees: Vec<TokenTree>) -> TokenStream {
    if !trees.iter().any(has_invisible) {
        return trees.into_iter().collect();
    }
    trees.into_iter().flat_map(opened).collect()
}

fn has_invisible(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => {
            group.delimiter() == Delimiter::None || group.stream().into_iter().any(|token| has_invisible(&token))
        }
        _ => false,
    }
}

fn opened(token: TokenTree) -> TokenStream {
    let TokenTree::Group(group) = token else { return token.into() };
    let stream = flat(group.stream());
    match group.delimiter() {
        Delimiter::None if !holds_together(&stream) => stream,
        Delimiter::None => enclosed(Delimiter::Parenthesis, stream, Span::mixed_site().located_at(group.span())),
        delimiter => enclosed(delimiter, stream, group.span()),
    }
}

fn enclosed(delimiter: Delimiter, stream: TokenStream, span: Span) -> TokenStream {
    let mut group = Group::new(delimiter, stream);
    group.set_span(span);
    TokenTree::from(group).into()
}

/// Whether its neighbours would bind to a part of it without the group: `&$ty` to `dyn A + B`, `$n * 2` to `1 + 2`.
fn holds_together(stream: &TokenStream) -> bool {
    let is_operator =
        |token| matches!(token, TokenTree::Punct(_)) || matches!(token, TokenTree::Ident(word) if word == "as");
    if !stream.clone().into_iter().skip(1).any(is_operator) {
        return false;
    }
    match syn::parse2(stream.clone()) {
        Ok(Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_)) => true,
        Ok(_) => false,
        Err(_) => match syn::parse2(stream.clone()) {
            Ok(Type::TraitObject(ty)) => ty.bounds.len() > 1,
            Ok(Type::ImplTrait(ty)) => ty.bounds.len() > 1,
            _ => false,
        },
    }
}

/// The content of an invisible group, if there is nothing beside it.
pub(crate) fn unwrapped(tokens: TokenStream) -> Vec<TokenTree> {
    let trees: Vec<_> = tokens.into_iter().collect();
    match &trees[..] {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => unwrapped(group.stream()),
        _ => trees,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn invisible(stream: TokenStream) -> TokenStream {
        enclosed(Delimiter::None, stream, Span::call_site())
    }

    fn flat_text(tokens: TokenStream) -> String {
        flat(tokens).to_string()
    }

    #[test]
    fn what_stays_whole_anyway_loses_its_group() {
        for whole in [
            quote!("text"),
            quote!(-1),
            quote!(Option<u64>),
            quote!(a::b::<C>),
            quote!(dyn Fn(u8) -> u8),
            quote!(&'a str),
            quote!({ 1 + 2 }),
            quote!(doc = "text"),
            quote!(pub(crate)),
            quote!(
                fn f(a: u8) -> u8 {}
            ),
            quote!(),
        ] {
            let nested = invisible(invisible(whole.clone()));
            assert_eq!(flat_text(quote!((#nested))), quote!((#whole)).to_string());
        }
    }

    #[test]
    fn what_neighbours_could_tear_apart_has_parentheses() {
        for loose in [quote!(dyn A + B), quote!(impl A + use<>), quote!(1 + 2), quote!(a | b), quote!(1 as u8), quote!(1..2)]
        {
            let group = invisible(loose.clone());
            assert_eq!(flat_text(quote!(&#group)), quote!(&(#loose)).to_string());
        }
    }

    #[test]
    fn an_item_is_found_in_groups() {
        assert_eq!(
            unwrapped(invisible(invisible(quote!(
                fn f() {}
            ))))
            .into_iter()
            .collect::<TokenStream>()
            .to_string(),
            quote!(
                fn f() {}
            )
            .to_string()
        );
        let beside = quote!(
            #[a]
            fn f() {}
        );
        assert_eq!(unwrapped(beside.clone()).into_iter().collect::<TokenStream>().to_string(), beside.to_string());
    }
}
