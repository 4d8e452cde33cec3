//! What stands in `#[channel(..)]`: a pattern, the types of what is published, and whether values may be spelt in any way.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitStr, Token, Type, token};

use crate::syntax::errors::Errors;
use crate::syntax::suggest::nearest;

const NEEDED: &str = "`channel` needs a pattern: write `#[channel(\"user.<uuid>\")]`";
const DATA: &str = "`data` is the type of what is published: write `data = Message`";
const FROM_CLIENT: &str = "`from_client` is the type of what clients send: write `from_client = Draft`";
const OPTIONS: [&str; 3] = ["data", "from_client", "lenient"];

pub(crate) struct Args {
    pub(crate) pattern: LitStr,
    /// What is published; anything, if it isn't said.
    pub(crate) data: Option<Type>,
    /// What clients send to be published; the same, if it isn't said.
    pub(crate) from_client: Option<Type>,
    pub(crate) lenient: Option<Ident>,
}

/// What has been read so far.
#[derive(Default)]
struct Read {
    pattern: Option<LitStr>,
    data: Option<Type>,
    from_client: Option<Type>,
    lenient: Option<Ident>,
    /// The types that have been named, whether rightly or not.
    named: Vec<&'static str>,
}

impl Args {
    /// Reads all arguments, and tells every fault in them.
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let mut read = Read::default();
        let arguments = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let argument = read.argument(input);
                let left = rest(input)?;
                if errors.keep(argument).is_some() && !left.is_empty() {
                    errors.at(left, "a comma is missing before this");
                }
            }
            Ok(())
        };
        let parsed = arguments.parse2(tokens);
        errors.keep(parsed);
        match read.pattern {
            Some(pattern) => {
                let Read { data, from_client, lenient, .. } = read;
                errors.finish(Self { pattern, data, from_client, lenient })
            }
            None => errors.finish(()).and_then(|()| Err(syn::Error::new(Span::call_site(), NEEDED))),
        }
    }
}

impl Read {
    fn argument(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Lit) {
            return self.literal(input.parse()?);
        }
        let option = input.fork().parse::<Ident>().ok();
        match option {
            Some(name) if name == "data" => {
                let data = self.ty("data", DATA, input)?;
                self.data = Some(data);
                Ok(())
            }
            Some(name) if name == "from_client" => {
                let from_client = self.ty("from_client", FROM_CLIENT, input)?;
                self.from_client = Some(from_client);
                Ok(())
            }
            Some(name) if name == "lenient" => self.lenient(input),
            Some(name) if self.pattern.is_some() || input.peek2(Token![=]) || meant(&name).is_some() => {
                fault(&name, unknown(&name))
            }
            _ if self.pattern.is_some() => {
                fault(rest(input)?, "`channel` takes a pattern, `data = ..`, `from_client = ..` and `lenient`")
            }
            _ => {
                let tokens = rest(input)?;
                // A pattern has no spaces, and the compiler's printer may put some between the tokens.
                let text: String = tokens.to_string().split_whitespace().collect();
                let quotes = format!("a pattern stands in quotes: write `\"{text}\"`");
                fault(tokens, if text.contains('"') { NEEDED.to_owned() } else { quotes })
            }
        }
    }

    fn literal(&mut self, literal: Lit) -> syn::Result<()> {
        match literal {
            Lit::Str(text) if self.pattern.is_some() => {
                fault(text, "a second pattern: a typed channel has one, so write a struct for each")
            }
            Lit::Str(text) => {
                self.pattern = Some(text);
                Ok(())
            }
            other => fault(other, "a pattern is a string, such as `\"user.<uuid>\"`"),
        }
    }

    fn lenient(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        if input.peek(Token![=]) {
            return fault(rest(input)?, "`lenient` has no value: write `lenient`");
        }
        match self.lenient.replace(name.clone()) {
            Some(_) => fault(name, "`lenient` is given twice"),
            None => Ok(()),
        }
    }

    /// The type of `data = Message`.
    fn ty(&mut self, option: &'static str, usage: &str, input: ParseStream<'_>) -> syn::Result<Type> {
        let name: Ident = input.parse()?;
        if self.named.contains(&option) {
            return fault(name, format!("`{option}` is given twice"));
        }
        self.named.push(option);
        if input.peek(token::Paren) {
            let group: TokenTree = input.parse()?;
            let inner = group.to_string();
            let inner = inner.trim_start_matches('(').trim_end_matches(')').trim();
            return fault(name, format!("write `{option} = {inner}`"));
        }
        if input.parse::<Option<Token![=]>>()?.is_none() || input.is_empty() || input.peek(Token![,]) {
            return fault(name, usage);
        }
        input.parse().or_else(|_| fault(rest(input)?, usage))
    }
}

/// The option that a misspelt name was probably meant to be.
fn meant(name: &Ident) -> Option<&'static str> {
    nearest(&name.to_string(), OPTIONS)
}

fn unknown(name: &Ident) -> String {
    match meant(name) {
        Some(meant) => format!("no option is named `{name}`: did you mean `{meant}`?"),
        None => format!("`channel` has no option `{name}`, only `data`, `from_client`, `lenient`"),
    }
}

/// What is left of an argument; the comma after it is gone, too.
fn rest(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(rest)
}

fn fault<T>(tokens: impl ToTokens, message: impl std::fmt::Display) -> syn::Result<T> {
    Err(syn::Error::new_spanned(tokens, message))
}
