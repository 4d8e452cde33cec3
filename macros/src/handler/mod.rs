//! The attributes of handlers.
//!
//! * `args` and `selector` read the attribute's arguments, `item` the function, `params` the function's arguments.
//! * `model` checks that they fit together, with `signature` and `plain`.
//! * `expand` writes the registration, with a file for each part: `values` that are read from a name, `extraction` of
//!   arguments from a call, `reply`, `assertions`, and `unique`, by which the compiler finds two handlers of the same names.

mod args;
mod assertions;
mod constant;
pub(crate) mod expand;
pub(crate) mod extraction;
mod item;
pub(crate) mod model;
pub(crate) mod params;
mod plain;
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
