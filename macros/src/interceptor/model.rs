//! Decides whether the attribute is used rightly, and what is registered for it.

use proc_macro2::TokenStream;
use syn::{FnArg, GenericParam, Ident, ReturnType, Signature};

use super::args::Args;
use crate::errors::Errors;
use crate::function::Function;
use crate::handler::modifiers;
use crate::kind::Kind;
use crate::param::{Param, params};
use crate::source::Source;

const FORM: &str = "`async fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject>`";

pub(crate) struct Interceptor {
    pub(crate) args: Args,
    /// One kind for each event.
    pub(crate) events: Vec<Kind>,
    /// All arguments but the call and what comes next.
    pub(crate) extractors: Vec<Param>,
    pub(crate) ident: Ident,
}

impl Interceptor {
    pub(crate) fn read(args: TokenStream, function: &Function) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let args = errors.keep(Args::read(args)).unwrap_or_default();
        for attribute in function.attrs.iter().filter(|attribute| Kind::of(attribute).is_some()) {
            errors.at(attribute, "a function is an interceptor or a handler, and this one is an interceptor already");
        }
        signature(&args, &function.sig, &mut errors);
        let mut extractors = params(&function.sig, &Source::Any, &mut errors);
        extractors.truncate(extractors.len().saturating_sub(2));
        let events = if args.events.is_empty() { every_event() } else { args.events.clone() };
        errors.finish(Self { args, events, extractors, ident: function.sig.ident.clone() })
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

fn signature(args: &Args, signature: &Signature, errors: &mut Errors) {
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.at(receiver, "an interceptor has no `self`: write a function outside of `impl`");
    }
    modifiers("an interceptor", signature, errors);
    if signature.inputs.len() < 2 {
        errors.at(&signature.ident, format!("the last two arguments are the call and what comes next: write {FORM}"));
        return;
    }
    if matches!(signature.output, ReturnType::Default) {
        errors.at(&signature.ident, format!("an interceptor gives back the reply: write {FORM}"));
    }
    let mut generics = signature.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_)));
    match (generics.next(), generics.next()) {
        (_, Some(second)) => errors.at(second, "an interceptor has one generic: the event"),
        (Some(GenericParam::Const(param)), _) => errors.at(param, "an interceptor has one generic: the event"),
        (None, None) if args.events.len() != 1 => {
            let events = if args.events.is_empty() { "every event" } else { "several events" };
            let message = format!(
                "an interceptor of {events} is generic: write {FORM}, or name one event in the attribute, such as `interceptor(rpc)`"
            );
            errors.at(&signature.ident, message);
        }
        _ => {}
    }
}
