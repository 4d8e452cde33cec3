//! The mistakes in patterns: each has a line that says what to write instead, and a drawing that shows the place.

use std::fmt;
use std::ops::Range;

use crate::drawing::underlined;
use crate::names::{MAX_CHANNEL, NAMESPACE_RULE};
use crate::suggest;

/// A mistake in a pattern.
///
/// ```
/// let error = centrifugo_pattern::Pattern::parse("user.<uuid").unwrap_err();
/// assert_eq!(error.message(), "placeholder is not closed: add `>`");
/// assert_eq!(
///     error.to_string(),
///     "placeholder is not closed: add `>`\n\n         user.<uuid\n              ^^^^^"
/// );
/// ```
///
/// Its `Debug` form, which Rust prints if `main` returns it, has the same text.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    pub(crate) kind: ErrorKind,
    pub(crate) pattern: String,
    pub(crate) span: Range<usize>,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $message:literal,)*) => {
        /// The kinds of mistakes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $kind,)*
        }

        impl ErrorKind {
            /// The mistake and what to write instead; `text` is the part of the pattern that is wrong.
            fn message(self, text: &str) -> String {
                let message = match self {
                    $(Self::$kind => $message,)*
                };
                let message = message.replace("{placeholder}", &suggest::placeholder(text));
                let message = message.replace("{max}", &MAX_CHANNEL.to_string()).replace("{namespace}", NAMESPACE_RULE);
                // The last one, because the text is the author's and may hold braces, too.
                message.replace("{}", text)
            }
        }
    };
}

kinds! {
    /// `<name` without `>`.
    Unclosed => "placeholder is not closed: add `>`",
    /// `>` without `<`.
    Stray => "`{}` stands alone: a placeholder is `<name>`, an optional tail is `[..]`",
    /// `<a<b>>`.
    Nested => "a placeholder can't hold another one: write them side by side, with `.` or `:` between them",
    /// `<>`.
    Unnamed => "placeholder has no name: name it like its argument, or write `<_>`",
    /// `<..>`.
    UnnamedRest => "placeholder has no name: name it like its argument, as in `<rest..>`, or write `<_..>`",
    /// `{uuid}`, `:id`, `$id`, `%s`, `(id)`.
    Habit => "`{}` is literal text here: a placeholder is written `{placeholder}`",
    /// `.[id]`.
    Square => "`[..]` is an optional tail: a placeholder is written `{placeholder}`",
    /// `*`.
    Glob => "`*` matches only itself: write `<name>` for one part, `<name..>` for all that follows",
    /// `*path`, `<..path>`, `<path*>`, `<path>*`.
    Rest => "all that follows is written `{placeholder}`",
    /// `\\d+`, `[a-z]+`.
    Regex => "a pattern is not a regular expression: write `<name>`, and a type for such values at the function's argument",
    /// `^user$`.
    Anchor => "a pattern matches whole names: remove `{}`",
    /// `<id?>`, `<id>?`.
    Optional => "an optional part stands in square brackets, with the delimiter before it: write `[.{placeholder}]`",
    /// `<id=1>`.
    Default => "a placeholder has no default: write `{placeholder}`, or `[.{placeholder}]` with an argument of `Option<..>`",
    /// `<<id>>`.
    Doubled => "a placeholder has one pair of brackets: write `{placeholder}`",
    /// `<id: u64>`.
    Type => "a placeholder has no type: write `{placeholder}` here, and the type at the function's argument",
    /// `<user-id>`.
    Name => "`{}` can't be the name of an argument: write letters, digits and `_`, starting with a letter",
    /// `<type>`.
    Keyword => "`{}` is a keyword of Rust, so no argument can have this name: choose another one",
    /// `<id>.<id>`.
    Duplicate => "`{}` names an earlier placeholder already: choose another name",
    /// `<path..>.x`.
    RestNotLast => "`{}` matches all that follows, so it must be last",
    /// `<path...>`.
    Dots => "the rest is written with two dots: `<name..>`",
    /// `<a><b>`, `<a>b`.
    NoDelimiter => "the end of `{}` is not clear: let one of `. / : # ,` follow it, or nothing",
    /// `[.a].b`.
    TailNotLast => "only the end of a pattern can be optional: nothing follows `]`",
    /// `[.a[.b]]`.
    TailNested => "an optional tail can't hold another one: write two patterns",
    /// `[]`.
    TailEmpty => "the optional tail is empty: remove it",
    /// `a[.b`.
    TailUnclosed => "the optional tail is not closed: add `]`",
    /// Nothing but `[..]`.
    TailAlone => "a pattern can't be all optional: write something before `[`",
    /// `chat[:<room>]`.
    TailNamespace => "a namespace can't be optional: write one pattern with `:` and one without",
    /// `""`, for a channel.
    Empty => "a channel is never empty: write a pattern such as `user.<id>`",
    /// More than 255 bytes of literal text.
    TooLong => "no channel is that long: Centrifugo accepts {max} bytes",
    /// `$private`.
    Private => "channels with `$` need a token, so Centrifugo calls no handler for them: remove `$`",
    /// `:a`.
    NoNamespace => "there is no namespace before `:`: write one, or remove `:`",
    /// `a:b`, `my chat:b`.
    BadNamespace => "`{}` can't be a namespace: Centrifugo accepts {namespace}",
    /// `grüße`.
    NonAscii => "`{}` is not ASCII: Centrifugo refuses channels with such characters",
    /// A tab, a newline, NUL.
    Control => "`{}` is a control character, which is surely a mistake in a name: remove it",
    /// `my channel`.
    Space => "a space in a name is surely a mistake: write `-` or `_`",
}

impl Error {
    /// The kind of the mistake.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The place in the pattern, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The mistake and what to write instead, in one line.
    pub fn message(&self) -> String {
        let text = self.pattern.get(self.span.clone()).unwrap_or_default();
        self.kind.message(&text.escape_debug().to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&underlined(self.message(), &self.pattern, self.span.clone()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
