//! The reader of attribute arguments: `"user.<uuid>", lenient, name = "inbox"`.
//!
//! The reader works on tokens: it splits them at the commas, classifies each argument, admits an option once, and reads the
//! options that attributes share. An attribute describes what it takes in a [`Grammar`], and stores what is its own.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitInt, LitStr, Type};

use crate::syntax::errors::{Errors, fault};
use crate::syntax::pattern_argument::PatternRules;
use crate::syntax::suggest::nearest;

pub(crate) const COMMA_MISSING: &str = "a comma is missing before this";

/// What an attribute takes in its parentheses.
pub(crate) struct Grammar {
    /// The attribute's name.
    pub(crate) attribute: &'static str,
    pub(crate) options: &'static [Opt],
    pub(crate) positional: Positional,
}

/// What an argument is that is no option.
#[derive(Clone, Copy)]
pub(crate) enum Positional {
    Nothing,
    Pattern(PatternRules),
    Words {
        /// What a word names: `event`.
        noun: &'static str,
        words: &'static [&'static str],
    },
}

/// An option of an attribute.
pub(crate) struct Opt {
    pub(crate) name: &'static str,
    value: Option<Expected>,
}

/// The value of an option, as messages describe it.
struct Expected {
    /// The message's predicate: `is a whole number`.
    is: &'static str,
    example: &'static str,
}

impl Opt {
    pub(crate) const NAME: Self = Self::value("name", "is a string, the name in logs", "\"inbox\"");
    pub(crate) const COLLECT: Self = Self::value("collect", "is on by default", "false");

    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { name, value: None }
    }

    pub(crate) const fn value(name: &'static str, is: &'static str, example: &'static str) -> Self {
        Self { name, value: Some(Expected { is, example }) }
    }

    fn usage(&self) -> String {
        let name = self.name;
        match &self.value {
            Some(Expected { is, example }) => format!("`{name}` {is}: write `{name} = {example}`"),
            None => format!("`{name}` has no value: write `{name}`"),
        }
    }
}

impl Grammar {
    fn option(&self, name: &Ident) -> Option<&'static Opt> {
        self.options.iter().find(|option| name == option.name)
    }

    fn words(&self) -> &'static [&'static str] {
        match self.positional {
            Positional::Words { words, .. } => words,
            Positional::Nothing | Positional::Pattern(_) => &[],
        }
    }

    fn is_word(&self, name: &Ident) -> bool {
        self.words().iter().any(|word| name == word)
    }

    /// What an attribute calls by a name.
    fn noun(&self) -> String {
        match self.positional {
            Positional::Words { noun, .. } => format!("{noun} or option"),
            Positional::Nothing | Positional::Pattern(_) => "option".to_owned(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.words().iter().copied().chain(self.options.iter().map(|option| option.name))
    }

    /// The word or option that a misspelt name was probably meant to be.
    pub(crate) fn meant(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.names())
    }

    /// The message for a name that is no option.
    pub(crate) fn unknown(&self, name: &str) -> String {
        let noun = self.noun();
        if let Some(meant) = self.meant(name) {
            return format!("no {noun} is named `{name}`: did you mean `{meant}`?");
        }
        let list: Vec<_> = self.names().map(|name| format!("`{name}`")).collect();
        format!("`{}` has no {noun} `{name}`, only {}", self.attribute, list.join(", "))
    }

    /// The message for a word or an option in quotes.
    pub(crate) fn quoted(&self, text: &LitStr) -> Option<String> {
        let name = self.names().find(|name| text.value() == *name)?;
        Some(format!("an {} has no quotes: write `{name}`", self.noun()))
    }
}

/// The attribute's own part of reading.
pub(crate) trait Arguments {
    /// Stores an option of the grammar. Called once for each.
    fn option(&mut self, option: Value<'_>) -> syn::Result<()>;

    /// Reads an argument that is no option.
    fn positional(&mut self, grammar: &Grammar, argument: &[TokenTree]) -> syn::Result<()>;
}

/// The values of the options that attributes share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) name: Option<LitStr>,
    /// Whether `collect = false` is among them.
    pub(crate) uncollected: bool,
}

/// Reads all arguments, and reports every mistake in them.
pub(crate) fn read(grammar: &Grammar, own: &mut dyn Arguments, tokens: TokenStream) -> syn::Result<Shared> {
    let mut errors = Errors::default();
    let mut reader = Reader { grammar, own, shared: Shared::default(), admitted: Vec::new() };
    for argument in split(tokens) {
        errors.keep(reader.argument(&argument));
    }
    errors.finish(reader.shared)
}

/// Reports the arguments of an attribute that takes none.
pub(crate) fn refuse(attribute: &str, reason: &str, tokens: &TokenStream, errors: &mut Errors) {
    if !tokens.is_empty() {
        errors.at(tokens, format!("`{attribute}` takes no arguments: {reason}"));
    }
}

struct Reader<'r> {
    grammar: &'r Grammar,
    own: &'r mut dyn Arguments,
    shared: Shared,
    /// The names of the options and words so far.
    admitted: Vec<String>,
}

impl Reader<'_> {
    fn argument(&mut self, argument: &[TokenTree]) -> syn::Result<()> {
        if let Some(semicolon) = argument.iter().find(|token| is_mark(token, ';')) {
            return fault(semicolon, "write `,` instead of `;`");
        }
        match argument {
            [TokenTree::Ident(name), rest @ ..] => self.named(name, rest, argument),
            [TokenTree::Literal(literal)] => self.literal(Lit::new(literal.clone()), argument),
            _ => self.own.positional(self.grammar, argument),
        }
    }

    fn named(&mut self, name: &Ident, rest: &[TokenTree], argument: &[TokenTree]) -> syn::Result<()> {
        let option = self.grammar.option(name);
        match (Shape::of(rest), option) {
            (Shape::Joined(next), _) => fault(next, COMMA_MISSING),
            (Shape::Word, Some(option)) => self.option(option, name, &[]),
            (Shape::Value([]), Some(option)) => self.marked(option, name, &[], argument),
            (Shape::Value(value), Some(option)) => self.option(option, name, value),
            (Shape::Value(_), None) => fault(name, self.misnamed(name)),
            (Shape::Marked(value), Some(option)) => self.marked(option, name, &value, argument),
            _ => {
                if self.grammar.is_word(name) {
                    self.admit(name)?;
                }
                self.own.positional(self.grammar, argument)
            }
        }
    }

    fn literal(&mut self, literal: Lit, argument: &[TokenTree]) -> syn::Result<()> {
        let quoted = match &literal {
            Lit::Str(text) if !self.grammar.words().is_empty() => self.grammar.quoted(text),
            _ => None,
        };
        match quoted {
            Some(message) => fault(literal, message),
            None => self.own.positional(self.grammar, argument),
        }
    }

    fn option(&mut self, option: &'static Opt, name: &Ident, tokens: &[TokenTree]) -> syn::Result<()> {
        self.admit(name)?;
        let value = Value { option, name, tokens };
        match (option.name, &option.value) {
            (_, None) if !tokens.is_empty() => value.of_a_flag(),
            (_, Some(_)) if tokens.is_empty() => value.wrong(),
            ("name", _) => self.name(&value),
            ("collect", _) => self.collect(&value),
            _ => self.own.option(value),
        }
    }

    fn name(&mut self, value: &Value<'_>) -> syn::Result<()> {
        let name = value.text()?;
        if name.value().trim().is_empty() {
            return fault(name, "the name in logs is empty: write `name = \"inbox\"`");
        }
        self.shared.name = Some(name);
        Ok(())
    }

    fn collect(&mut self, value: &Value<'_>) -> syn::Result<()> {
        self.shared.uncollected = !value.bool()?;
        Ok(())
    }

    /// An option whose value stands after another mark than `=`.
    fn marked(
        &mut self,
        option: &'static Opt,
        name: &Ident,
        value: &[TokenTree],
        argument: &[TokenTree],
    ) -> syn::Result<()> {
        self.admit(name)?;
        if option.value.is_none() || value.is_empty() {
            return fault(collect(argument), option.usage());
        }
        fault(collect(argument), format!("a value stands after `=`: write `{name} = {}`", text(value)))
    }

    /// Refuses a name that is among them already.
    fn admit(&mut self, name: &Ident) -> syn::Result<()> {
        let text = name.to_string();
        if self.admitted.contains(&text) {
            return fault(name, format!("`{text}` is written twice: remove one"));
        }
        self.admitted.push(text);
        Ok(())
    }

    /// The message for a name before `=` that is no option.
    fn misnamed(&self, name: &Ident) -> String {
        let (name, attribute) = (name.to_string(), self.grammar.attribute);
        let is_pattern = ["pattern", "path", "channel", "method", "topic"].contains(&name.as_str());
        match self.grammar.positional {
            Positional::Pattern(rules) if is_pattern => {
                format!("the pattern has no name before it: write `#[{attribute}(\"{}\")]`", rules.example)
            }
            _ => self.grammar.unknown(&name),
        }
    }
}

/// What follows the name that an argument begins with.
enum Shape<'a> {
    /// Nothing: `lenient`.
    Word,
    /// `name = value`.
    Value(&'a [TokenTree]),
    /// `name: value`, `name => value`, `name(value)`.
    Marked(Vec<TokenTree>),
    /// The next argument, without a comma before it.
    Joined(&'a TokenTree),
    /// Something else, such as the rest of a path or of a pattern without quotes.
    Other,
}

impl<'a> Shape<'a> {
    fn of(rest: &'a [TokenTree]) -> Self {
        match rest {
            [] => Self::Word,
            [first, second, value @ ..] if is_mark(first, '=') && is_mark(second, '>') => Self::Marked(value.to_vec()),
            [first, value @ ..] if is_mark(first, '=') => Self::Value(value),
            [first, second, ..] if is_mark(first, ':') && is_mark(second, ':') => Self::Other,
            [first, value @ ..] if is_mark(first, ':') => Self::Marked(value.to_vec()),
            [TokenTree::Group(value)] => Self::Marked(value.stream().into_iter().collect()),
            [next, ..] if is_word(next) => Self::Joined(next),
            _ => Self::Other,
        }
    }
}

/// An option with its value. The tokens are empty for a flag, and never for another option.
pub(crate) struct Value<'a> {
    pub(crate) option: &'static Opt,
    pub(crate) name: &'a Ident,
    tokens: &'a [TokenTree],
}

impl Value<'_> {
    /// A string.
    fn text(&self) -> syn::Result<LitStr> {
        match self.single(self.tokens)? {
            TokenTree::Literal(literal) => match Lit::new(literal.clone()) {
                Lit::Str(text) => Ok(text),
                _ => self.wrong(),
            },
            _ => self.wrong(),
        }
    }

    /// `true` or `false`.
    fn bool(&self) -> syn::Result<bool> {
        match self.single(self.tokens)? {
            TokenTree::Ident(word) if word == "true" => Ok(true),
            TokenTree::Ident(word) if word == "false" => Ok(false),
            _ => self.wrong(),
        }
    }

    /// A whole number of 32 bits, with or without a minus.
    pub(crate) fn integer(&self) -> syn::Result<TokenStream> {
        let (is_negative, digits) = match self.tokens {
            [minus, digits @ ..] if is_mark(minus, '-') => (true, digits),
            digits => (false, digits),
        };
        let literal = self.single(digits)?;
        let number = match syn::parse2::<LitInt>(literal.clone().into()).and_then(|number| number.base10_parse::<i64>()) {
            Ok(number) if is_negative => -number,
            Ok(number) => number,
            Err(_) => return self.wrong(),
        };
        if i32::try_from(number).is_ok() { Ok(collect(self.tokens)) } else { self.wrong() }
    }

    pub(crate) fn ty(&self) -> syn::Result<Type> {
        let with_rest = |input: ParseStream<'_>| Ok((input.parse()?, input.parse::<TokenStream>()?));
        match with_rest.parse2(collect(self.tokens)) {
            Ok((ty, rest)) => match rest.into_iter().next() {
                Some(next) => fault(next, COMMA_MISSING),
                None => Ok(ty),
            },
            Err(_) => self.wrong(),
        }
    }

    /// The only token of a value.
    fn single<'t>(&self, tokens: &'t [TokenTree]) -> syn::Result<&'t TokenTree> {
        match tokens {
            [token] => Ok(token),
            [first, next, ..] if is_word(first) && is_word(next) => fault(next, COMMA_MISSING),
            _ => self.wrong(),
        }
    }

    fn of_a_flag(&self) -> syn::Result<()> {
        match self.tokens {
            [TokenTree::Ident(word)] if word == "false" => {
                fault(word, format!("`{}` has no value: leave it out", self.option.name))
            }
            _ => self.wrong(),
        }
    }

    /// Reports the value, or the option's name where the value is missing.
    fn wrong<T>(&self) -> syn::Result<T> {
        match self.tokens {
            [] => fault(self.name, self.option.usage()),
            value => fault(collect(value), self.option.usage()),
        }
    }
}

/// The arguments, split at the commas. A comma in the angle brackets of a value is a part of its type.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut arguments, mut argument, mut open) = (Vec::new(), Vec::new(), 0_usize);
    for token in tokens {
        if is_mark(&token, ',') && open == 0 {
            arguments.push(std::mem::take(&mut argument));
            continue;
        }
        let is_value = argument.get(1).is_some_and(|equals| is_mark(equals, '='));
        let is_arrow = argument.last().is_some_and(|minus| is_mark(minus, '-'));
        if is_value && is_mark(&token, '<') {
            open += 1;
        } else if is_mark(&token, '>') && !is_arrow {
            open = open.saturating_sub(1);
        }
        argument.push(token);
    }
    arguments.push(argument);
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

pub(crate) fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Whether an argument may begin with the token, or a value be it.
fn is_word(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_))
}

pub(crate) fn collect(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

/// A value as people write it.
fn text(value: &[TokenTree]) -> String {
    collect(value).to_string().replace("- ", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMAR: Grammar = Grammar {
        attribute: "sample",
        options: &[
            Opt::flag("lenient"),
            Opt::value("data", "is a type", "Message"),
            Opt::value("order", "is a whole number", "-1"),
            Opt::NAME,
            Opt::COLLECT,
        ],
        positional: Positional::Words { noun: "event", words: &["rpc", "publish"] },
    };

    /// The arguments as they were read.
    #[derive(Default)]
    struct Sample(Vec<String>);

    impl Arguments for Sample {
        fn option(&mut self, value: Value<'_>) -> syn::Result<()> {
            let read = match value.option.name {
                "data" => quote::ToTokens::to_token_stream(&value.ty()?).to_string(),
                "order" => value.integer()?.to_string(),
                _ => String::new(),
            };
            self.0.push(format!("{}={read}", value.name).replace(' ', ""));
            Ok(())
        }

        fn positional(&mut self, _: &Grammar, argument: &[TokenTree]) -> syn::Result<()> {
            self.0.push(collect(argument).to_string().replace(' ', ""));
            Ok(())
        }
    }

    fn parsed(text: &str) -> syn::Result<(Vec<String>, Shared)> {
        let mut sample = Sample::default();
        let shared = read(&GRAMMAR, &mut sample, text.parse()?)?;
        Ok((sample.0, shared))
    }

    fn mistakes(text: &str) -> Vec<String> {
        let errors = parsed(text).err().into_iter().flatten();
        errors.map(|error| error.to_string()).collect()
    }

    #[test]
    fn each_kind_of_argument_is_read() {
        let (read, shared) = parsed(r#""user.<id>", rpc, a::B, lenient, order = -1, name = "x", collect = false,"#).unwrap();
        assert_eq!(read, [r#""user.<id>""#, "rpc", "a::B", "lenient=", "order=-1"]);
        assert_eq!(shared.name.unwrap().value(), "x");
        assert!(shared.uncollected);
        assert!(!parsed("collect = true").unwrap().1.uncollected);
    }

    #[test]
    fn a_comma_in_the_angle_brackets_of_a_type_ends_no_argument() {
        for ty in ["HashMap<String,u64>", "Vec<Vec<(A,B)>>", "Box<dyn Fn(A)->B>", "<A as B<C,D>>::E", "Map<fn()->A,B>"] {
            let read = parsed(&format!("data = {ty}, rpc")).unwrap().0;
            assert_eq!(read, [format!("data={}", ty.replace(' ', "")).as_str(), "rpc"]);
        }
        assert_eq!(parsed("a < b, c > d").unwrap().0, ["a<b", "c>d"]);
    }

    #[test]
    fn the_order_has_32_bits() {
        assert_eq!(parsed("order = -2147483648").unwrap().0, ["order=-2147483648"]);
        for order in ["2147483648", "-2147483649", "1.0", "\"first\"", "FIRST", "- -1"] {
            assert_eq!(mistakes(&format!("order = {order}")), ["`order` is a whole number: write `order = -1`"]);
        }
    }

    #[test]
    fn each_mistake_has_its_message() {
        for (text, message) in [
            ("lenient, lenient", "`lenient` is written twice: remove one"),
            ("rpc, rpc", "`rpc` is written twice: remove one"),
            ("data = A, data = B", "`data` is written twice: remove one"),
            ("lenient = true", "`lenient` has no value: write `lenient`"),
            ("lenient: true", "`lenient` has no value: write `lenient`"),
            ("lenient(true)", "`lenient` has no value: write `lenient`"),
            ("lenient = false", "`lenient` has no value: leave it out"),
            ("lenient =", "`lenient` has no value: write `lenient`"),
            ("name", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
            ("name =", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
            ("name()", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
            ("name = 7", "`name` is a string, the name in logs: write `name = \"inbox\"`"),
            ("name = \" \"", "the name in logs is empty: write `name = \"inbox\"`"),
            ("name: \"x\"", "a value stands after `=`: write `name = \"x\"`"),
            ("name => \"x\"", "a value stands after `=`: write `name = \"x\"`"),
            ("order(-1)", "a value stands after `=`: write `order = -1`"),
            ("collect", "`collect` is on by default: write `collect = false`"),
            ("collect = no", "`collect` is on by default: write `collect = false`"),
            ("data = \"A\"", "`data` is a type: write `data = Message`"),
            ("rpc publish", COMMA_MISSING),
            ("lenient name = \"x\"", COMMA_MISSING),
            ("name = \"x\" lenient", COMMA_MISSING),
            ("order = -1 lenient", COMMA_MISSING),
            ("data = A<B, C> lenient", COMMA_MISSING),
            ("rpc; lenient", "write `,` instead of `;`"),
            ("nam = \"x\"", "no event or option is named `nam`: did you mean `name`?"),
            ("publsh = 1", "no event or option is named `publsh`: did you mean `publish`?"),
            ("\"rpc\"", "an event or option has no quotes: write `rpc`"),
            ("\"lenient\"", "an event or option has no quotes: write `lenient`"),
        ] {
            assert_eq!(mistakes(text), [message], "{text}");
        }
        let list = "`rpc`, `publish`, `lenient`, `data`, `order`, `name`, `collect`";
        assert_eq!(mistakes("socket = 1"), [format!("`sample` has no event or option `socket`, only {list}")]);
    }

    #[test]
    fn one_build_shows_the_mistakes_of_all_arguments() {
        assert_eq!(mistakes("name = 7, rpc, lenient = true; data").len(), 2);
        assert_eq!(mistakes("name = 7, rpc, lenient = true, data").len(), 3);
    }
}
