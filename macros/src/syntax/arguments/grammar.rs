//! The grammar of an attribute's parentheses, and the messages for names that aren't in it.

use centrifugo_pattern::nearest;
use proc_macro2::Ident;
use syn::LitStr;

use super::option::Opt;
use crate::syntax::pattern_argument::PatternRules;

/// The options and the other arguments that an attribute takes.
pub(crate) struct Grammar {
    /// The attribute's name.
    pub(crate) attribute: &'static str,
    pub(crate) options: &'static [Opt],
    pub(crate) positional: Positional,
}

/// The kind of arguments that are no options.
#[derive(Clone, Copy)]
pub(crate) enum Positional {
    Nothing,
    Pattern(PatternRules),
    Words {
        /// The noun for a word: `event`.
        noun: &'static str,
        words: &'static [&'static str],
    },
}

impl Grammar {
    pub(super) fn option(&self, name: &Ident) -> Option<&'static Opt> {
        self.options.iter().find(|option| name == option.name)
    }

    /// The words that are arguments by themselves.
    pub(super) fn words(&self) -> &'static [&'static str] {
        match self.positional {
            Positional::Words { words, .. } => words,
            Positional::Nothing | Positional::Pattern(_) => &[],
        }
    }

    pub(super) fn is_word(&self, name: &Ident) -> bool {
        self.words().iter().any(|word| name == word)
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

    /// The message for a name before `=` that is no option.
    pub(super) fn unknown_option(&self, name: &str) -> String {
        let is_pattern = ["pattern", "path", "channel", "method", "topic"].contains(&name);
        match self.positional {
            Positional::Pattern(rules) if is_pattern => {
                let (attribute, example) = (self.attribute, rules.example);
                format!("the pattern has no name before it: write `#[{attribute}(\"{example}\")]`")
            }
            _ => self.unknown(name),
        }
    }

    /// The message for a word or an option in quotes.
    pub(crate) fn quoted(&self, text: &LitStr) -> Option<String> {
        let name = self.names().find(|name| text.value() == *name)?;
        Some(format!("an {} has no quotes: write `{name}`", self.noun()))
    }

    /// The noun for a name.
    fn noun(&self) -> String {
        match self.positional {
            Positional::Words { noun, .. } => format!("{noun} or option"),
            Positional::Nothing | Positional::Pattern(_) => "option".to_owned(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.words().iter().copied().chain(self.options.iter().map(|option| option.name))
    }
}
