//! The arguments of `#[interceptor(..)]`: events, and options.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::LitStr;

use crate::kind::Kind;
use crate::syntax::arguments::{self, Arguments, Grammar, Opt, Positional, Value, collect};
use crate::syntax::errors::error_at;

const GRAMMAR: Grammar = Grammar {
    attribute: "interceptor",
    options: &[Opt::value("order", "is a whole number, and a lower one is further outside", "-1"), Opt::NAME, Opt::COLLECT],
    positional: Positional::Words { noun: "event", words: &Kind::NAMES },
};

/// The arguments, as far as they could be read.
#[derive(Default)]
pub(crate) struct Args {
    /// One kind for each event. None: all events.
    pub(crate) events: Vec<Kind>,
    pub(crate) order: Option<TokenStream>,
    pub(crate) name: Option<LitStr>,
    pub(crate) uncollected: bool,
}

impl Args {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let mut args = Self::default();
        let shared = arguments::read(&GRAMMAR, &mut args, tokens)?;
        Ok(Self { name: shared.name, uncollected: shared.uncollected, ..args })
    }

    /// `topic` and `subscribe` are attributes for one event.
    fn event(&mut self, name: &Ident, kind: Kind) -> syn::Result<()> {
        if self.events.iter().any(|known| known.event_name() == kind.event_name()) {
            return error_at(name, "`topic` and `subscribe` are one event: name one of them");
        }
        self.events.push(kind);
        Ok(())
    }
}

impl Arguments for Args {
    fn option(&mut self, order: Value<'_>) -> syn::Result<()> {
        self.order = Some(order.integer()?);
        Ok(())
    }

    fn positional(&mut self, grammar: &Grammar, argument: &[TokenTree]) -> syn::Result<()> {
        match argument {
            [TokenTree::Ident(name)] => match Kind::named(name) {
                Some(kind) => self.event(name, kind),
                None => error_at(name, grammar.unknown(&name.to_string())),
            },
            [TokenTree::Ident(name), TokenTree::Group(pattern)] if Kind::named(name).is_some() => error_at(
                pattern,
                format!("an interceptor stands around all calls of an event: write `{name}`, and look at its call"),
            ),
            _ => error_at(collect(argument), "write events, such as `rpc, publish`, or options, such as `order = -1`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn an_unknown_event_is_reported_with_all_attributes_of_events() {
        let message = Args::read(quote!(websocket)).err().expect("a mistake").to_string();
        let names: Vec<_> =
            Kind::NAMES.iter().chain(&["order", "name", "collect"]).map(|name| format!("`{name}`")).collect();
        let list = names.join(", ");
        assert_eq!(message, format!("`interceptor` has no event or option `websocket`, only {list}"));
    }
}
