//! The model of an interceptor: checks the function and its attribute, and holds what is registered.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericParam, Generics, Ident, ReturnType, Signature};

use super::args::Args;
use super::signature;
use crate::handler::expand::event;
use crate::handler::params::{Param, params};
use crate::handler::pattern::Source;
use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::function::Function;

pub(crate) struct Interceptor {
    pub(crate) args: Args,
    /// One kind for each event.
    pub(crate) events: Vec<Kind>,
    /// All arguments but the call and the `Next`.
    pub(crate) extractors: Vec<Param>,
    pub(crate) ident: Ident,
    pub(crate) output: ReturnType,
    /// The generic parameter for the event, with its bounds. Empty in an interceptor of one event.
    pub(crate) generics: Generics,
}

impl Interceptor {
    pub(crate) fn read(args: TokenStream, function: &Function) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let args = errors.keep(Args::read(args));
        for attribute in function.attrs.iter().filter(|attribute| Kind::of(attribute).is_some()) {
            errors.at(attribute, "a function is an interceptor or a handler, and this one is an interceptor already");
        }
        let mut faults = Errors::default();
        signature::check(args.as_ref().map(|args| args.events.as_slice()), &function.sig, &mut faults);
        let args = args.unwrap_or_default();
        // The parameters are only read if the call and the `Next` are right, so that a mistake in these is reported once.
        let mut extractors = match faults.finish(()) {
            Ok(()) => params(None, &function.sig, &Source::Any, &mut errors),
            Err(fault) => {
                errors.push(fault);
                Vec::new()
            }
        };
        extractors.truncate(extractors.len().saturating_sub(2));
        let events = if args.events.is_empty() { every_event() } else { args.events.clone() };
        errors.finish(Self {
            args,
            events,
            extractors,
            ident: function.sig.ident.clone(),
            output: function.sig.output.clone(),
            generics: generics(&function.sig),
        })
    }
}

impl Interceptor {
    /// The event: the generic parameter, or the only event.
    pub(crate) fn event(&self) -> TokenStream {
        match self.generics.type_params().next() {
            Some(event) => event.ident.to_token_stream(),
            None => self.events.first().map(|kind| event(*kind)).unwrap_or_default(),
        }
    }
}

fn every_event() -> Vec<Kind> {
    let mut events: Vec<Kind> = Vec::new();
    for kind in Kind::ALL {
        if !events.iter().any(|known| known.event() == kind.event()) {
            events.push(kind);
        }
    }
    events
}

/// The generics without lifetimes: an extractor can't borrow from a call that is passed on.
fn generics(signature: &Signature) -> Generics {
    let mut generics = signature.generics.clone();
    generics.params = generics.params.into_iter().filter(|param| !matches!(param, GenericParam::Lifetime(_))).collect();
    generics
}
