//! What stands in an attribute's parentheses: `"user.<uuid>", ignore_case, name = "inbox"`.

use proc_macro2::{Group, Ident, Punct, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Lit, LitBool, LitStr, Path};

use crate::kind::{Kind, Takes};
use crate::syntax::errors::Errors;
use crate::syntax::suggest::nearest;

/// An attribute's arguments, as far as they could be read.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) pattern: Option<Given>,
    pub(crate) options: Options,
    names: Vec<String>,
}

/// The pattern, as it is given.
pub(crate) enum Given {
    Literal(LitStr),
    /// A typed channel.
    Type(Path),
}

/// The options, each with what it is by default.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) uncollected: bool,
    pub(crate) ignore_case: Option<Ident>,
    pub(crate) lenient: Option<Ident>,
    pub(crate) anyone: bool,
    pub(crate) binary: bool,
}

impl Args {
    /// Reads all arguments, and tells every fault in them.
    pub(crate) fn read(kind: Kind, tokens: TokenStream) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let mut args = Self::default();
        for argument in split(tokens) {
            errors.keep(args.argument(kind, &argument));
        }
        if let (Some(option), None) = (&args.options.ignore_case, &args.pattern)
            && errors.is_empty()
            && kind.takes() == Takes::Maybe
        {
            errors.at(option, "`ignore_case` needs a pattern: without one every channel matches anyway");
        }
        errors.finish(args)
    }

    fn argument(&mut self, kind: Kind, tokens: &[TokenTree]) -> syn::Result<()> {
        match tokens {
            [TokenTree::Literal(_)] => self.literal(kind, syn::parse2(collect(tokens))?),
            [TokenTree::Literal(_), second, rest @ ..] => fault(second, after_pattern(second, rest)),
            [TokenTree::Ident(name)] if is_option(name) => self.flag(kind, name),
            [TokenTree::Ident(name), TokenTree::Punct(mark), value @ ..] if is_option(name) && is_no_equals(mark, value) => {
                self.unequal(kind, name, tokens)
            }
            [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
                self.value(kind, name, value)
            }
            [TokenTree::Ident(name), TokenTree::Group(value)] if is_option(name) => {
                let value = value.stream();
                fault_in(tokens, format!("write `{name} = {value}`"))
            }
            [TokenTree::Ident(_), TokenTree::Punct(bang), TokenTree::Group(_)] if bang.as_char() == '!' => {
                fault_in(tokens, "a pattern is one string literal: it is checked before other macros are expanded")
            }
            _ => self.unquoted(kind, tokens),
        }
    }

    fn literal(&mut self, kind: Kind, literal: Lit) -> syn::Result<()> {
        match (literal, kind.takes()) {
            (literal, Takes::No) => {
                let name = kind.name();
                fault(literal, format!("`{name}` takes no pattern: there is one {name} handler for all connections"))
            }
            (Lit::Str(text), _) if self.pattern.is_some() => {
                fault(text, "a second pattern: a handler has one, so write a function for each")
            }
            (Lit::Str(text), _) if !text.suffix().is_empty() => fault(text, "a pattern has no suffix"),
            (Lit::Str(text), _) => {
                self.pattern = Some(Given::Literal(text));
                Ok(())
            }
            (Lit::ByteStr(text), _) => fault(&text, "a pattern is a plain string: leave out the `b`"),
            (Lit::CStr(text), _) => fault(&text, "a pattern is a plain string: leave out the `c`"),
            (Lit::Char(text), _) => fault(&text, format!("a pattern is a string: write `\"{}\"`", text.value())),
            (other, _) => fault(&other, format!("a pattern is a string, such as `\"{}\"`", kind.example())),
        }
    }

    fn flag(&mut self, kind: Kind, name: &Ident) -> syn::Result<()> {
        self.admit(kind, name)?;
        match name.to_string().as_str() {
            "ignore_case" => self.options.ignore_case = Some(name.clone()),
            "lenient" => self.options.lenient = Some(name.clone()),
            "anyone" => self.options.anyone = true,
            "binary" => self.options.binary = true,
            "collect" => return fault(name, "write `collect = false`; without it the handler is collected"),
            _ => return fault(name, "write `name = \"..\"`: the handler's name in logs"),
        }
        Ok(())
    }

    fn value(&mut self, kind: Kind, name: &Ident, value: &[TokenTree]) -> syn::Result<()> {
        let text = name.to_string();
        if matches!(text.as_str(), "pattern" | "path" | "channel" | "method" | "topic") && kind.takes() != Takes::No {
            return fault(name, format!("the pattern has no name before it: write `#[{}(\"..\")]`", kind.name()));
        }
        self.admit(kind, name)?;
        let literal = syn::parse2::<Lit>(collect(value));
        match (text.as_str(), literal) {
            ("name", Ok(Lit::Str(name))) if name.value().trim().is_empty() => fault(name, "the name in logs can't be empty"),
            ("name", Ok(Lit::Str(name))) => {
                self.options.name = Some(name);
                Ok(())
            }
            ("name", _) => fault_at(value, name, "the name is a string: write `name = \"inbox\"`"),
            ("collect", Ok(Lit::Bool(LitBool { value: collect, .. }))) => {
                self.options.uncollected = !collect;
                Ok(())
            }
            ("collect", _) => fault_at(value, name, "write `collect = false`"),
            (flag, Ok(Lit::Bool(LitBool { value: true, .. }))) => {
                fault_at(value, name, format!("`{flag}` has no value: write `{flag}`"))
            }
            (flag, Ok(Lit::Bool(_))) => fault_at(value, name, format!("`{flag}` has no value: leave it out")),
            (flag, _) => fault_at(value, name, format!("`{flag}` has no value: write `{flag}`")),
        }
    }

    /// An option whose value stands after another mark than `=`.
    fn unequal(&mut self, kind: Kind, name: &Ident, tokens: &[TokenTree]) -> syn::Result<()> {
        self.admit(kind, name)?;
        if !matches!(name.to_string().as_str(), "name" | "collect") {
            return fault_in(tokens, format!("`{name}` has no value: write `{name}`"));
        }
        let value = tokens.last().map(ToString::to_string).unwrap_or_default();
        fault_in(tokens, format!("write `{name} = {value}`"))
    }

    /// Whether the attribute has the option, and has it once.
    fn admit(&mut self, kind: Kind, name: &Ident) -> syn::Result<()> {
        let text = name.to_string();
        if !kind.options().contains(&text.as_str()) {
            return fault(name, unknown(kind, &text));
        }
        if self.names.contains(&text) {
            return fault(name, format!("`{text}` is given twice"));
        }
        self.names.push(text);
        Ok(())
    }

    /// A typed channel, a constant, a misspelt option, or a pattern whose quotes are missing.
    fn unquoted(&mut self, kind: Kind, tokens: &[TokenTree]) -> syn::Result<()> {
        let wants_pattern = kind.takes() != Takes::No && self.pattern.is_none();
        let path = syn::parse2::<Path>(collect(tokens)).ok();
        let last = path.as_ref().and_then(|path| path.segments.last()).map(|last| last.ident.to_string());
        match (path, last) {
            (Some(path), Some(last)) if is_type(&last) && kind.takes_type() && wants_pattern => {
                self.pattern = Some(Given::Type(path));
                Ok(())
            }
            (Some(path), Some(last)) if is_type(&last) && kind.takes_type() => {
                fault(path, "a second pattern: a handler has one, so write a function for each")
            }
            (Some(_), Some(last)) if is_constant(&last) && wants_pattern => {
                fault_in(tokens, "a pattern is one string literal: it is checked before a constant's value is known")
            }
            (Some(path), Some(last)) if path.get_ident().is_some() => {
                let misspelt = nearest(&last, kind.options().iter().copied()).is_some();
                let message = if misspelt || !wants_pattern { unknown(kind, &last) } else { quotes(tokens) };
                fault(path, message)
            }
            _ if wants_pattern && is_list(tokens) => {
                fault_in(tokens, "a handler has one pattern: write a function for each, and let them call the same one")
            }
            _ if wants_pattern => fault_in(tokens, quotes(tokens)),
            _ => fault_in(tokens, unknown(kind, &collect(tokens).to_string())),
        }
    }
}

const OPTIONS: [&str; 6] = ["name", "collect", "ignore_case", "lenient", "anyone", "binary"];

fn is_option(name: &Ident) -> bool {
    OPTIONS.iter().any(|option| name == option)
}

/// A type may be called `DM`, and nobody calls one `DM_CHANNELS`.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && !(is_constant(name) && name.contains('_'))
}

fn is_constant(name: &str) -> bool {
    name.len() > 1 && !name.contains(char::is_lowercase) && name.starts_with(char::is_uppercase)
}

/// `["a", "b"]`, `("a", "b")`, `&["a", "b"]`.
fn is_list(tokens: &[TokenTree]) -> bool {
    let is_text = |token: &TokenTree| matches!(token, TokenTree::Literal(_));
    let is_list = |group: &Group| group.stream().into_iter().next().as_ref().is_some_and(is_text);
    matches!(tokens, [.., TokenTree::Group(group)] if tokens.len() <= 2 && is_list(group))
}

/// `name: "inbox"`, `name => "inbox"`.
fn is_no_equals(mark: &Punct, value: &[TokenTree]) -> bool {
    let is_arrow = matches!(value, [TokenTree::Punct(arrow), ..] if arrow.as_char() == '>');
    mark.as_char() == ':' || (mark.as_char() == '=' && is_arrow)
}

/// What is wrong with what stands right after the pattern.
fn after_pattern(second: &TokenTree, rest: &[TokenTree]) -> &'static str {
    match (second, rest.first()) {
        (TokenTree::Punct(mark), _) if mark.as_char() == ';' => "write `,` instead of `;`",
        (TokenTree::Punct(mark), Some(TokenTree::Literal(_))) if matches!(mark.as_char(), '|' | '+') => {
            "a handler has one pattern: write a function for each, and let them call the same one"
        }
        (TokenTree::Punct(mark), Some(TokenTree::Ident(_))) if mark.as_char() == '.' => {
            "a pattern is one string literal: it is checked before anything is called"
        }
        _ => "a comma is missing before this",
    }
}

fn quotes(tokens: &[TokenTree]) -> String {
    // A pattern has no spaces, and the compiler's printer may put some between the tokens.
    let text: String = collect(tokens).to_string().split_whitespace().collect();
    format!("a pattern stands in quotes: write `\"{text}\"`")
}

fn unknown(kind: Kind, name: &str) -> String {
    let options = kind.options();
    if let Some(meant) = nearest(name, options.iter().copied()) {
        return format!("no option is named `{name}`: did you mean `{meant}`?");
    }
    let list: Vec<_> = options.iter().map(|option| format!("`{option}`")).collect();
    format!("`{}` has no option `{name}`, only {}", kind.name(), list.join(", "))
}

/// The arguments, split at the commas.
pub(crate) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match (token, arguments.last_mut()) {
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => arguments.push(Vec::new()),
            (token, Some(last)) => last.push(token),
            (_, None) => {}
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

pub(crate) fn collect(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

fn fault(tokens: impl ToTokens, message: impl std::fmt::Display) -> syn::Result<()> {
    Err(syn::Error::new_spanned(tokens, message))
}

fn fault_in(tokens: &[TokenTree], message: impl std::fmt::Display) -> syn::Result<()> {
    fault(collect(tokens), message)
}

/// At the value, or at the option's name where the value is missing.
fn fault_at(value: &[TokenTree], name: &Ident, message: impl std::fmt::Display) -> syn::Result<()> {
    if value.is_empty() { fault(name, message) } else { fault_in(value, message) }
}
