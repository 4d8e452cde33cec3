//! A pattern in the user's source: the literal, and the pattern that it holds.

use std::fmt::Display;
use std::ops::Range;

use centrifugo_pattern::{Error, Pattern, Place, Placeholder, underlined};
use syn::LitStr;

pub(crate) struct PatternLit {
    pub(crate) lit: LitStr,
    pub(crate) pattern: Pattern,
}

impl PatternLit {
    pub(crate) fn read(lit: &LitStr, place: Place) -> syn::Result<Self> {
        let error = |error: Error| syn::Error::new(lit.span(), error);
        let pattern = Pattern::parse(&lit.value()).map_err(error)?;
        pattern.check(place).map_err(error)?;
        Ok(Self { lit: lit.clone(), pattern })
    }

    /// The placeholders that have names, from the left.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Placeholder, &str)> {
        self.pattern.placeholders().filter_map(|placeholder| Some((placeholder, placeholder.name()?)))
    }

    /// An error that underlines a part of the pattern.
    pub(crate) fn error(&self, span: Range<usize>, message: impl Display) -> syn::Error {
        syn::Error::new(self.lit.span(), underlined(message, self.pattern.as_str(), span))
    }
}
