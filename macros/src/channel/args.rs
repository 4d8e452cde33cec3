//! The arguments of `#[channel(..)]`: a pattern, the types of what is published, and how values may be written.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{LitStr, Type};

use crate::kind::LENIENT;
use crate::syntax::arguments::{self, Arguments, Grammar, Opt, Positional, Value};
use crate::syntax::pattern_argument::{self, PatternRules};

const PATTERN: PatternRules =
    PatternRules { owner: "a typed channel", several: "a struct for each", example: "user.<uuid>" };

const GRAMMAR: Grammar = Grammar {
    attribute: "channel",
    options: &[
        Opt::value("data", "is the type of what is published", "Message"),
        Opt::value("from_client", "is the type of what clients send", "Draft"),
        LENIENT,
    ],
    positional: Positional::Pattern(PATTERN),
};

pub(crate) struct Args {
    pub(crate) pattern: LitStr,
    /// The type of what is published. None: any.
    pub(crate) data: Option<Type>,
    /// The type of what clients send to be published. None: that of `data`.
    pub(crate) from_client: Option<Type>,
    pub(crate) lenient: Option<Ident>,
}

/// The arguments that have been read so far.
#[derive(Default)]
struct Read {
    pattern: Option<LitStr>,
    data: Option<Type>,
    from_client: Option<Type>,
    lenient: Option<Ident>,
}

impl Args {
    /// Reads all arguments, and reports every mistake in them.
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let mut read = Read::default();
        arguments::read(&GRAMMAR, &mut read, tokens)?;
        let Read { pattern, data, from_client, lenient } = read;
        let missing = || syn::Error::new(Span::call_site(), pattern_argument::missing("channel", PATTERN.example));
        Ok(Self { pattern: pattern.ok_or_else(missing)?, data, from_client, lenient })
    }
}

impl Arguments for Read {
    fn option(&mut self, value: Value<'_>) -> syn::Result<()> {
        match value.option.name {
            "data" => self.data = Some(value.ty()?),
            "from_client" => self.from_client = Some(value.ty()?),
            "lenient" => self.lenient = Some(value.name.clone()),
            other => unreachable!("no field stores `{other}`"),
        }
        Ok(())
    }

    fn positional(&mut self, grammar: &Grammar, argument: &[TokenTree]) -> syn::Result<()> {
        self.pattern = Some(pattern_argument::read(grammar, &PATTERN, argument, self.pattern.is_some())?);
        Ok(())
    }
}
