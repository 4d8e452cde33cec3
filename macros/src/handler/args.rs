//! The arguments of a handler's attribute: `"user.<uuid>", ignore_case, name = "inbox"`.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{LitStr, Path};

use crate::kind::{Kind, OPTIONS, Takes};
use crate::syntax::arguments::{self, Arguments, Grammar, Positional, Value, collect};
use crate::syntax::errors::error_at;
use crate::syntax::pattern_argument::{self, PatternRules, is_constant};

/// An attribute's arguments, as far as they could be read.
pub(crate) struct Args {
    kind: Kind,
    pub(crate) pattern: Option<PatternArg>,
    pub(crate) options: Options,
}

/// The pattern of an attribute.
pub(crate) enum PatternArg {
    Literal(LitStr),
    /// A typed channel.
    Type(Path),
}

/// The options, each with its default.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) uncollected: bool,
    pub(crate) ignore_case: Option<Ident>,
    pub(crate) lenient: Option<Ident>,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
    pub(crate) timeout: Option<Duration>,
}

impl Args {
    /// Reads all arguments, and reports every mistake in them. If each is right by itself, checks that they fit together.
    pub(crate) fn read(kind: Kind, tokens: TokenStream) -> syn::Result<Self> {
        let mut args = Self { kind, pattern: None, options: Options::default() };
        let shared = arguments::read(&grammar(kind), &mut args, tokens)?;
        if let (Some(option), None, Takes::Maybe) = (&args.options.ignore_case, &args.pattern, kind.takes()) {
            return error_at(option, "`ignore_case` needs a pattern: without one every channel matches anyway");
        }
        args.options.name = shared.name;
        args.options.uncollected = shared.uncollected;
        Ok(args)
    }

    /// Reads an argument that is no option of this attribute.
    fn pattern(&self, grammar: &Grammar, rules: &PatternRules, argument: &[TokenTree]) -> syn::Result<PatternArg> {
        let is_taken = self.pattern.is_some();
        match self.channel(argument) {
            Some(path) if is_taken => error_at(path, rules.second()),
            Some(path) => Ok(PatternArg::Type(path)),
            None => match argument {
                [TokenTree::Ident(name)] if OPTIONS.iter().any(|option| name == option.name) => {
                    error_at(name, grammar.unknown(&name.to_string()))
                }
                _ => pattern_argument::read(grammar, rules, argument, is_taken).map(PatternArg::Literal),
            },
        }
    }

    /// The typed channel that an argument names, if it is one.
    fn channel(&self, argument: &[TokenTree]) -> Option<Path> {
        if !self.kind.takes_type() || matches!(argument, [TokenTree::Literal(_), ..]) {
            return None;
        }
        let path: Path = syn::parse2(collect(argument)).ok()?;
        path.segments.last().is_some_and(|last| is_type(&last.ident)).then_some(path)
    }
}

impl Arguments for Args {
    fn option(&mut self, value: Value<'_>) -> syn::Result<()> {
        match value.option.name {
            "ignore_case" => self.options.ignore_case = Some(value.name.clone()),
            "lenient" => self.options.lenient = Some(value.name.clone()),
            "anyone" => self.options.anyone = true,
            "binary" => self.options.binary = true,
            "timeout" => self.options.timeout = Some(value.duration()?),
            other => unreachable!("no field stores `{other}`"),
        }
        Ok(())
    }

    fn positional(&mut self, grammar: &Grammar, argument: &[TokenTree]) -> syn::Result<()> {
        match (argument, grammar.positional) {
            (_, Positional::Pattern(rules)) => {
                let pattern = self.pattern(grammar, &rules, argument)?;
                self.pattern = Some(pattern);
                Ok(())
            }
            ([TokenTree::Literal(literal), ..], _) => {
                let name = self.kind.name();
                error_at(literal, format!("`{name}` takes no pattern: there is one {name} handler for all connections"))
            }
            _ => error_at(collect(argument), grammar.unknown(&collect(argument).to_string())),
        }
    }
}

fn grammar(kind: Kind) -> Grammar {
    let rules = PatternRules {
        owner: "a handler",
        several: "a function for each, and let them call the same one",
        example: kind.example(),
    };
    let positional = if kind.takes() == Takes::No { Positional::Nothing } else { Positional::Pattern(rules) };
    Grammar { attribute: kind.name(), options: kind.options(), positional }
}

/// A type may be called `DM`, but `DM_CHANNELS` is always a constant.
fn is_type(name: &Ident) -> bool {
    let text = name.to_string();
    text.starts_with(char::is_uppercase) && !(is_constant(name) && text.contains('_'))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn each_option_of_each_attribute_has_a_field() {
        for kind in Kind::ALL {
            let pattern = (kind.takes() != Takes::No).then(|| quote!("a",));
            for option in kind.options() {
                let name = Ident::new(option.name, proc_macro2::Span::call_site());
                let value = match option.name {
                    "name" => quote!(= "inbox"),
                    "collect" => quote!(= false),
                    "timeout" => quote!(= "500ms"),
                    _ => TokenStream::new(),
                };
                let Options { name, uncollected, ignore_case, lenient, anyone, binary, timeout } =
                    Args::read(kind, quote!(#pattern #name #value)).expect("right arguments").options;
                let values = [name.is_some(), ignore_case.is_some(), lenient.is_some(), timeout.is_some()];
                let set = values.into_iter().chain([uncollected, anyone, binary]);
                assert_eq!(set.filter(|is_set| *is_set).count(), 1, "`{}` of `{}`", option.name, kind.name());
            }
        }
    }
}
