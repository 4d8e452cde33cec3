//! Markers that let the compiler find two handlers of the same names.
//!
//! Each handler exports a macro for each shape of its pattern. The compiler puts exported macros into the crate's root,
//! wherever they are written, and refuses two of one name (E0428); its error marks both patterns. Macros have no symbols, so
//! nothing can clash in a linker: two crates may have handlers of the same names.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Attribute;
use syn::spanned::Spanned;

use crate::handler::args::Options;
use crate::handler::model::Handler;
use crate::handler::selector::Selector;
use crate::kind::{Kind, Takes};
use crate::syntax::compiler::this_crate;

/// The names of a handler's markers, as the compiler's error shows them: `two_topics_match_user_DOT__ANY_`.
pub(super) fn marker_names(kind: Kind, selector: &Selector, options: &Options) -> Vec<String> {
    let two = format!("two_{}", kind.plural().replace(' ', "_"));
    match selector {
        Selector::Any if kind.takes() != Takes::No => vec![format!("{two}_without_a_pattern")],
        Selector::Any => vec![two],
        Selector::Pattern(literal) => {
            let shapes = literal.pattern.shapes(options.ignore_case.is_some());
            shapes.iter().map(|shape| format!("{two}_match_{}", in_letters(shape))).collect()
        }
        // Only the type knows its pattern: see `typed_channel_marker`.
        Selector::Channel(_) => Vec::new(),
    }
}

/// The parts of a shape that are words in a name.
const WORDS: [(&str, &str); 6] =
    [("<in any case>", "ANYCASE"), ("<..>", "REST"), ("<>", "ANY"), (".", "DOT"), (":", "COLON"), ("/", "SLASH")];

/// A shape in the letters of a name, which no other shape has: `_` is doubled, and other characters stand between two.
fn in_letters(shape: &str) -> String {
    let (mut letters, mut rest) = (String::new(), shape);
    while let Some(next) = rest.chars().next() {
        // Most of a shape is letters, and no part with a word begins with one.
        if next.is_ascii_alphanumeric() {
            letters.push(next);
            rest = &rest[1..];
            continue;
        }
        let part = WORDS.into_iter().find(|(part, _)| rest.starts_with(part));
        rest = &rest[part.map_or(next.len_utf8(), |(part, _)| part.len())..];
        match (part, next) {
            (Some((_, word)), _) => letters.extend(["_", word, "_"]),
            (None, '_') => letters.push_str("__"),
            (None, other) => letters.push_str(&format!("_{:X}_", u32::from(other))),
        }
    }
    letters
}

/// A macro whose name is unique in the crate once it is exported. It stands in a module: within a function a lint would
/// report it.
pub(crate) fn marker(name: &str, at: Span) -> TokenStream {
    // From within the macro, so that few lints of the user's look at it.
    let span = Span::mixed_site().located_at(at);
    let name = Ident::new(name, span);
    quote_spanned!(span=> macro_rules! #name { () => {} })
}

/// The name of an error handler's marker.
pub(crate) const ERROR_HANDLER: &str = "two_error_handlers";

/// The marker of a typed channel: the compiler refuses two implementations of one trait for one type (E0119).
///
/// Only the crate of a type may implement another crate's trait for it. In other crates a type of the handler's own stands
/// in: there the app compares the patterns when it starts.
pub(super) fn typed_channel_marker(handler: &Handler, cfgs: &[Attribute]) -> Option<TokenStream> {
    let Selector::Channel(path) = &handler.selector else { return None };
    if handler.options.uncollected {
        return None;
    }
    let this_crate = this_crate()?;
    let event = handler.kind.event();
    let any_case = handler.options.ignore_case.is_some();
    let span = Span::mixed_site().located_at(path.span());
    let marker = quote_spanned! {span=>
        struct Elsewhere;
        impl ::centrifugo::__private::OneHandler<::centrifugo::__private::#event, #any_case, #this_crate>
            for <::centrifugo::__private::IsLocal<
                {
                    use ::centrifugo::__private::NotTyped as _;
                    ::centrifugo::__private::CrateOf::<#path>::CRATE == #this_crate
                },
            > as ::centrifugo::__private::Choose<#path, Elsewhere>>::Type
        {
        }
    };
    let marker = handler.constant.as_ref().map_or_else(|| marker.clone(), |constant| constant.within(&marker));
    Some(quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #marker
        };
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_has_letters_of_its_own() {
        assert_eq!(in_letters("user.<>"), "user_DOT__ANY_");
        assert_eq!(in_letters("get:<..> <in any case>"), "get_COLON__REST__20__ANYCASE_");
        let shapes =
            ["a.b", "a_b", "a__b", "a_DOT_b", "a<>b", "a<..>b", "aANYb", "a-b", "a/b", "a2Fb", "grüße", "A.b", "a", "a_"];
        let letters: std::collections::HashSet<_> = shapes.into_iter().map(in_letters).collect();
        assert_eq!(letters.len(), shapes.len());
        assert!(letters.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')));
    }
}
