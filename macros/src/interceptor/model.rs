//! The model of an interceptor: checks the function and its attribute, and holds what is registered.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Ident, ReturnType, Signature};

use super::args::Args;
use super::signature;
use crate::handler::params::{Param, params};
use crate::handler::selector::Selector;
use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::function::Function;

pub(crate) struct Interceptor {
    pub(crate) args: Args,
    /// One kind for each event.
    pub(crate) events: Vec<Kind>,
    /// All arguments but the call and the `Next`. They are extracted.
    pub(crate) params: Vec<Param>,
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
        let mut params = match faults.finish(()) {
            Ok(()) => params(None, &function.sig, &Selector::Any, &mut errors),
            Err(fault) => {
                errors.push(fault);
                Vec::new()
            }
        };
        params.truncate(params.len().saturating_sub(2));
        let events = if args.events.is_empty() { every_event() } else { args.events.clone() };
        errors.finish(Self {
            args,
            events,
            params,
            ident: function.sig.ident.clone(),
            output: function.sig.output.clone(),
            generics: generics(&function.sig),
        })
    }

    /// The event: the generic parameter, or the only event.
    pub(crate) fn event(&self) -> TokenStream {
        match (self.generics.type_params().next(), self.events.first()) {
            (Some(generic), _) => generic.ident.to_token_stream(),
            (None, Some(event)) => event_type(*event),
            (None, None) => TokenStream::new(),
        }
    }

    pub(super) fn has_one_event(&self) -> bool {
        self.events.len() == 1
    }
}

/// The type of an event, as the expansion names it.
pub(super) fn event_type(kind: Kind) -> TokenStream {
    let event = kind.event();
    quote!(__centrifugo::#event)
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
