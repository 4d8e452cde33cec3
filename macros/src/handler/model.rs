//! The model of a handler: checks the function and its attribute, and holds what is registered.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ReturnType};

use crate::handler::args::{Args, Options};
use crate::handler::constant::MaybeConstant;
use crate::handler::params::{Param, params};
use crate::handler::selector::Selector;
use crate::handler::{signature, unique};
use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::function::Function;

/// The message for `lenient` without a placeholder.
pub(crate) const NO_VALUE: &str = "`lenient` needs a placeholder: without one no value is read";

/// A function that answers an event.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) options: Options,
    pub(crate) selector: Selector,
    /// The path as written, if it may be a constant; `selector` has the alias.
    pub(crate) constant: Option<MaybeConstant>,
    pub(crate) params: Vec<Param>,
    /// The names of the macros that no other handler of the crate may export.
    pub(crate) markers: Vec<String>,
    pub(crate) ident: Ident,
    pub(crate) output: ReturnType,
}

impl Handler {
    pub(super) fn read(kind: Kind, args: TokenStream, function: &Function) -> syn::Result<Self> {
        let mut errors = Errors::default();
        check_attributes(kind, &function.attrs, &mut errors);
        signature::check(kind, &function.sig, &mut errors);
        let args = errors.keep(Args::read(kind, args));
        let selector = args.as_ref().and_then(|args| errors.keep(Selector::read(kind, args.pattern.as_ref())));
        let (Some(args), Some(selector)) = (args, selector) else {
            // What is missing left an error in `errors`, so this text is never reached.
            return errors.finish(()).and_then(|()| Err(syn::Error::new(function.span(), "this is no handler")));
        };
        check_lenient(&args.options, &selector, &mut errors);
        let params = params(Some(kind), &function.sig, &selector, &mut errors);
        let is_unique = !args.options.uncollected;
        let markers = if is_unique { unique::marker_names(kind, &selector, &args.options) } else { Vec::new() };
        // Last, as `params` looks for an argument whose type is the path as written.
        let (selector, constant) = selector.aliased();
        let handler = Self {
            kind,
            options: args.options,
            selector,
            constant,
            params,
            markers,
            ident: function.sig.ident.clone(),
            output: function.sig.output.clone(),
        };
        errors.finish(handler)
    }
}

/// Checks that there are values that `lenient` applies to.
fn check_lenient(options: &Options, selector: &Selector, errors: &mut Errors) {
    let Some(option) = &options.lenient else { return };
    match selector {
        Selector::Pattern(literal) if literal.named().next().is_some() => {}
        Selector::Pattern(_) | Selector::Any => errors.at(option, NO_VALUE),
        Selector::Channel(path) => {
            let name = path.to_token_stream();
            errors.at(
                option,
                format!("`lenient` belongs to the typed channel: write `#[channel(\"..\", lenient)]` on `{name}`"),
            );
        }
    }
}

/// Reports attributes that a handler can't have.
fn check_attributes(kind: Kind, attrs: &[Attribute], errors: &mut Errors) {
    for attribute in attrs {
        if let Some(other) = Kind::of(attribute) {
            let message = format!(
                "a handler has one attribute, and this function is a `{}` handler already: write a second function for `{}`",
                kind.name(),
                other.name()
            );
            errors.at(attribute, message);
        }
        let last = attribute.path().segments.last().map(|last| last.ident.to_string());
        match last.as_deref() {
            Some("main") => {
                errors.at(
                    attribute,
                    "a handler is called by Centrifugo: `main` is another function, with `centrifugo::run().await` in it",
                );
            }
            Some("test") => {
                errors.at(attribute, "a handler can't be a test: write the test beside it, and call the handler there");
            }
            _ => {}
        }
    }
}
