//! The attributes of handlers: `args` and `pattern` read the attribute's arguments, `params` reads the function's, `model`
//! checks that they fit, and `expand` writes what is registered. `unique` lets the compiler find two handlers of the same
//! names.

pub(crate) mod args;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod params;
pub(crate) mod pattern;
mod plain;
mod quoted;
pub(crate) mod unique;

use proc_macro2::TokenStream;

use self::model::Handler;
use crate::kind::Kind;
use crate::syntax::fallback;
use crate::syntax::registered::{Of, Registered};

pub(crate) fn attribute(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match model::function(kind, &item) {
        Ok(function) => function,
        Err(error) => return fallback::item(&item, &error),
    };
    match Handler::read(kind, args, &function) {
        Ok(handler) => expand::handler(&handler, &Registered::new(&function), &item),
        Err(errors) => fallback::function(Of::Handlers, function, &errors),
    }
}
