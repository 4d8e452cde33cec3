//! The attributes of handlers.
//!
//! * `args` and `selector` read the attribute's arguments, `item` the function, and `params` the function's arguments, with
//!   `extractor_types`, the check of those that are extracted.
//! * `model` checks that they fit together, with `signature`.
//! * `expand` writes the registration, with a file for each part: `values` that are read from a name, `extraction` of
//!   arguments from a call, `reply`, `assertions`, and `unique`, by which the compiler finds two handlers of the same names.
//! * `constant` serves both: the model replaces a path that may be a constant's by an alias, which the expansion imports.

mod args;
mod assertions;
mod constant;
pub(crate) mod expand;
pub(crate) mod extraction;
mod extractor_types;
mod item;
pub(crate) mod model;
pub(crate) mod params;
mod reply;
pub(crate) mod selector;
mod signature;
pub(crate) mod unique;
pub(crate) mod values;

use proc_macro2::TokenStream;

use self::model::Handler;
use crate::kind::Kind;
use crate::syntax::fallback;
use crate::syntax::registered::{Registered, RegisteredKind};

pub(crate) fn attribute(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match item::function(kind, &item) {
        Ok(function) => function,
        Err(error) => return fallback::item(&item, &error),
    };
    match Handler::read(kind, args, &function) {
        Ok(handler) => expand::handler(&handler, &Registered::new(&function), &item),
        Err(errors) => fallback::function(RegisteredKind::Handler, function, &errors),
    }
}
