//! The names that a handler is for: those that a pattern matches, those of a typed channel, or all names.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned;

use crate::handler::args::PatternArg;
use crate::handler::constant::MaybeConstant;
use crate::kind::{Kind, Takes};
use crate::syntax::pattern_argument;
use crate::syntax::pattern_lit::PatternLit;

pub(crate) enum Selector {
    /// Every name, or an event that has none.
    Any,
    Pattern(PatternLit),
    /// A typed channel.
    Channel(Path),
}

impl Selector {
    pub(crate) fn read(kind: Kind, argument: Option<&PatternArg>) -> syn::Result<Self> {
        match argument {
            Some(PatternArg::Literal(literal)) => PatternLit::read(literal, kind.place()).map(Self::Pattern),
            Some(PatternArg::Type(path)) => Ok(Self::Channel(path.clone())),
            None if kind.takes() == Takes::Always => {
                let name = kind.name();
                let mut message = pattern_argument::missing(name, kind.example());
                if kind == Kind::Topic {
                    message.push_str(", or `#[subscribe]` for every channel");
                }
                Err(syn::Error::new(Span::call_site(), message))
            }
            None => Ok(Self::Any),
        }
    }

    /// Replaces a path that may name a constant by its alias.
    pub(crate) fn aliased(self) -> (Self, Option<MaybeConstant>) {
        match self {
            Self::Channel(path) => match MaybeConstant::read(&path) {
                Some(constant) => (Self::Channel(constant.alias()), Some(constant)),
                None => (Self::Channel(path), None),
            },
            other => (other, None),
        }
    }
}

/// The type as an implementation of the trait.
pub(super) fn as_typed_channel(path: &Path) -> TokenStream {
    quote_spanned!(path.span()=> <#path as __centrifugo::TypedChannel>)
}
