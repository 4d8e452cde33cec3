//! Makes the compiler see what two handlers claim together.
//!
//! Each handler exports a macro per shape of its pattern. The compiler puts exported macros into the crate's root, wherever
//! they are written, and refuses two of one name (E0428); its error marks both patterns. Macros have no symbols, so nothing
//! can clash in a linker: two crates may claim the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Attribute, Path};

use crate::handler::args::Options;
use crate::handler::model::Handler;
use crate::handler::pattern::Source;
use crate::kind::{Kind, Takes};

/// The names that a handler claims.
pub(crate) fn names(kind: Kind, source: &Source, options: &Options) -> Vec<String> {
    match source {
        Source::Any if kind.takes() != Takes::No => vec![format!("{}_without_a_pattern", claimed(kind.plural()))],
        Source::Any => vec![claimed(kind.plural())],
        Source::Pattern(written) => {
            let shapes = written.pattern.shapes(options.ignore_case.is_some());
            shapes.iter().map(|shape| format!("{}_match_{}", claimed(kind.plural()), spelt(shape))).collect()
        }
        // Only the type knows its pattern: see `of_type`.
        Source::Type(_) => Vec::new(),
    }
}

fn claimed(plural: &str) -> String {
    format!("two_{}", plural.replace(' ', "_"))
}

/// What has a word in a name.
const MARKS: [(&str, &str); 6] =
    [("<in any case>", "ANYCASE"), ("<..>", "REST"), ("<>", "ANY"), (".", "DOT"), (":", "COLON"), ("/", "SLASH")];

/// A shape in the letters of a name. Each shape has its own: `_` only doubled, anything else between two.
fn spelt(shape: &str) -> String {
    let (mut spelt, mut rest) = (String::new(), shape);
    while let Some(next) = rest.chars().next() {
        // No mark begins with one, and most of a shape is these.
        if next.is_ascii_alphanumeric() {
            spelt.push(next);
            rest = &rest[1..];
            continue;
        }
        let mark = MARKS.into_iter().find(|(mark, _)| rest.starts_with(mark));
        rest = &rest[mark.map_or(next.len_utf8(), |(mark, _)| mark.len())..];
        match (mark, next) {
            (Some((_, word)), _) => spelt.extend(["_", word, "_"]),
            (None, '_') => spelt.push_str("__"),
            (None, other) => spelt.push_str(&format!("_{:X}_", u32::from(other))),
        }
    }
    spelt
}

/// The macro that claims a name for the whole crate, once it is exported. It stands in a module: within a function a lint
/// would report it.
pub(crate) fn claim(name: &str, at: Span) -> TokenStream {
    // From within the macro, so that few lints of the user's look at it.
    let span = Span::mixed_site().located_at(at);
    let name = Ident::new(name, span);
    quote_spanned!(span=> macro_rules! #name { () => {} })
}

/// What an error handler claims.
pub(crate) const ERROR_HANDLER: &str = "two_error_handlers";

/// Claims a typed channel: the compiler refuses two implementations of one trait for one type (E0119).
///
/// Only the crate of a type may implement another crate's trait for it. Elsewhere a type of the handler's own stands in,
/// which nobody else claims: there the app compares the patterns when it starts.
pub(crate) fn of_type(handler: &Handler, path: &Path, cfgs: &[Attribute]) -> Option<TokenStream> {
    let this_crate = this_crate()?;
    let event = handler.kind.event();
    let any_case = handler.options.ignore_case.is_some();
    let span = Span::mixed_site().located_at(path.span());
    let claimed = quote_spanned! {span=>
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
    let claimed = handler.constant.as_ref().map_or_else(|| claimed.clone(), |constant| constant.within(&claimed));
    Some(quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #claimed
        };
    })
}

/// What rustc itself tells crates apart by: their name and metadata, which cargo passes on. Names alone aren't unique, as a
/// library, its binary and one of its tests may share theirs. `None` where this doesn't run in rustc.
pub(crate) fn this_crate() -> Option<u64> {
    let arguments: Vec<_> = std::env::args().collect();
    let pairs = || arguments.windows(2).map(|pair| format!("{} {}", pair[0], pair[1]));
    let name = pairs().find(|pair| pair.starts_with("--crate-name "))?;
    let metadata = pairs().find(|pair| pair.starts_with("-C metadata="));
    let metadata = metadata.or_else(|| arguments.iter().find(|argument| argument.contains("metadata=")).cloned())?;
    let mut hasher = DefaultHasher::new();
    (name, metadata).hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_spelt_in_letters_of_its_own() {
        assert_eq!(spelt("user.<>"), "user_DOT__ANY_");
        assert_eq!(spelt("get:<..> <in any case>"), "get_COLON__REST__20__ANYCASE_");
        let shapes =
            ["a.b", "a_b", "a__b", "a_DOT_b", "a<>b", "a<..>b", "aANYb", "a-b", "a/b", "a2Fb", "grüße", "A.b", "a", "a_"];
        let spelt: std::collections::HashSet<_> = shapes.into_iter().map(spelt).collect();
        assert_eq!(spelt.len(), shapes.len());
        assert!(spelt.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')));
    }
}
