//! Which names a handler is for: a pattern, a typed channel, or all of them.

use std::fmt::Display;
use std::ops::Range;

use centrifugo_pattern::{Pattern, Place, Placeholder, underlined};
use syn::{LitStr, Path};

use crate::args::Given;
use crate::kind::{Kind, Takes};

pub(crate) enum Source {
    /// Every name, or an event that has none.
    Any,
    Pattern(Written),
    Type(Path),
}

/// A pattern in the user's source.
pub(crate) struct Written {
    pub(crate) literal: LitStr,
    pub(crate) pattern: Pattern,
}

impl Source {
    pub(crate) fn judge(kind: Kind, given: Option<&Given>) -> syn::Result<Self> {
        match given {
            Some(Given::Literal(literal)) => Written::judge(literal, kind.place()).map(Self::Pattern),
            Some(Given::Type(path)) => Ok(Self::Type(path.clone())),
            None if kind.takes() == Takes::Always => {
                let name = kind.name();
                let mut message = format!("`{name}` needs a pattern: write `#[{name}(\"{}\")]`", kind.example());
                if name == "topic" {
                    message.push_str(", or `#[subscribe]` for every channel");
                }
                Err(syn::Error::new(proc_macro2::Span::call_site(), message))
            }
            None => Ok(Self::Any),
        }
    }
}

impl Written {
    pub(crate) fn judge(literal: &LitStr, place: Place) -> syn::Result<Self> {
        let fault = |error: centrifugo_pattern::Error| syn::Error::new(literal.span(), error);
        let pattern = Pattern::parse(&literal.value()).map_err(fault)?;
        pattern.check(place).map_err(fault)?;
        Ok(Self { literal: literal.clone(), pattern })
    }

    /// The placeholders whose values somebody asks for, from the left.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Placeholder, &str)> {
        self.pattern.placeholders().filter_map(|placeholder| Some((placeholder, placeholder.name()?)))
    }

    /// A fault in the pattern, underlined in its text.
    pub(crate) fn fault(&self, span: Range<usize>, message: impl Display) -> syn::Error {
        syn::Error::new(self.literal.span(), underlined(message, self.pattern.as_str(), span))
    }
}
