//! The names that a handler is for: a pattern, a typed channel, or all names.

use std::fmt::Display;
use std::ops::Range;

use centrifugo_pattern::{Pattern, Place, Placeholder, underlined};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Path, PathSegment};

use crate::handler::args::PatternArg;
use crate::kind::{Kind, Takes};
use crate::syntax::pattern_argument;

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

/// A typed channel whose name may also be that of a constant, such as `DM` or `USERS`. A macro can't know which it is, so it
/// imports the name under another one, which covers the namespaces of types and of values.
pub(crate) struct MaybeConstant {
    pub(crate) written: Path,
}

impl MaybeConstant {
    /// The other name.
    fn named(&self) -> Path {
        Ident::new("__Channel", self.written.span()).into()
    }

    /// A block that imports the type under the other name. If there is only a constant, the other name is, as a type, that
    /// of a stand-in from the import around the block, which `check` reports.
    pub(crate) fn within(&self, block: &TokenStream) -> TokenStream {
        let (around, import) = (Self::around(), self.import());
        quote! {
            #around
            {
                #import
                #block
            }
        }
    }

    /// What stands in the outer block.
    pub(crate) fn around() -> TokenStream {
        quote!(
            use ::centrifugo::__private::constants::*;
        )
    }

    /// What stands in the inner block.
    pub(crate) fn import(&self) -> TokenStream {
        let (written, named) = (&self.written, self.named());
        quote! {
            use #written as #named;
            // Without this, the import of a constant would be reported as unused.
            const _: fn() = || {
                let _ = &#named;
            };
        }
    }

    /// A check that it is a type: compiled, and never called.
    pub(crate) fn check(&self) -> TokenStream {
        let named = self.named();
        let check = quote_spanned!(self.written.span()=> __centrifugo::AttributeType::<#named>::new().__is_a_type());
        quote! {
            const _: fn() = || {
                use __centrifugo::NotConstant as _;
                #check
            };
        }
    }
}

impl Source {
    /// Imports a type under another name if its name may be that of a constant.
    pub(crate) fn import(self) -> (Self, Option<MaybeConstant>) {
        match self {
            Self::Type(written) if may_be_constant(&written) => {
                let constant = MaybeConstant { written };
                (Self::Type(constant.named()), Some(constant))
            }
            other => (other, None),
        }
    }

    pub(crate) fn check(kind: Kind, given: Option<&PatternArg>) -> syn::Result<Self> {
        match given {
            Some(PatternArg::Literal(literal)) => Written::check(literal, kind.place()).map(Self::Pattern),
            Some(PatternArg::Type(path)) => Ok(Self::Type(path.clone())),
            None if kind.takes() == Takes::Always => {
                let name = kind.name();
                let mut message = pattern_argument::missing(name, kind.example());
                if name == "topic" {
                    message.push_str(", or `#[subscribe]` for every channel");
                }
                Err(syn::Error::new(proc_macro2::Span::call_site(), message))
            }
            None => Ok(Self::Any),
        }
    }
}

fn may_be_constant(path: &Path) -> bool {
    let has_lowercase = |last: &PathSegment| last.ident.to_string().contains(char::is_lowercase);
    path.segments.last().is_some_and(|last| !has_lowercase(last) && last.arguments.is_none())
}

impl Written {
    pub(crate) fn check(literal: &LitStr, place: Place) -> syn::Result<Self> {
        let fault = |error: centrifugo_pattern::Error| syn::Error::new(literal.span(), error);
        let pattern = Pattern::parse(&literal.value()).map_err(fault)?;
        pattern.check(place).map_err(fault)?;
        Ok(Self { literal: literal.clone(), pattern })
    }

    /// The placeholders that have names, from the left.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Placeholder, &str)> {
        self.pattern.placeholders().filter_map(|placeholder| Some((placeholder, placeholder.name()?)))
    }

    /// A fault in the pattern, underlined in its text.
    pub(crate) fn fault(&self, span: Range<usize>, message: impl Display) -> syn::Error {
        syn::Error::new(self.literal.span(), underlined(message, self.pattern.as_str(), span))
    }
}
