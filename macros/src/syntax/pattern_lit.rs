//! A pattern in the user's source: the literal, and the pattern that it holds.

use std::fmt::Display;
use std::ops::Range;

use centrifugo_pattern::{Error, Pattern, Place, Placeholder, underlined};
use syn::LitStr;

pub(crate) struct PatternLit {
    pub(crate) literal: LitStr,
    pub(crate) pattern: Pattern,
}

impl PatternLit {
    pub(crate) fn read(literal: &LitStr, place: Place) -> syn::Result<Self> {
        let error = |error: Error| syn::Error::new(literal.span(), error);
        let pattern = Pattern::parse(&literal.value()).map_err(error)?;
        pattern.check(place).map_err(error)?;
        Ok(Self { literal: literal.clone(), pattern })
    }

    /// The placeholders that have names, from the left.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Placeholder, &str)> {
        self.pattern.placeholders().filter_map(|placeholder| Some((placeholder, placeholder.name()?)))
    }

    /// An error that underlines a part of the pattern.
    pub(crate) fn error(&self, span: Range<usize>, message: impl Display) -> syn::Error {
        syn::Error::new(self.literal.span(), underlined(message, self.pattern.as_str(), span))
    }
}
