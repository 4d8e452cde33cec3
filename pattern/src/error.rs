//! What is wrong with a pattern: one line that says what to write instead, and a drawing that shows where.

use std::fmt;
use std::ops::Range;

use crate::habits;

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
/// Its `Debug` form, which Rust prints if `main` returns it, is the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    pub(crate) kind: ErrorKind,
    pub(crate) pattern: String,
    pub(crate) span: Range<usize>,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $message:literal,)*) => {
        /// The mistakes that there are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $kind,)*
        }

        impl ErrorKind {
            /// What is wrong, and what to write instead, where `text` is what stands there.
            fn message(self, text: &str) -> String {
                let message = match self {
                    $(Self::$kind => $message,)*
                };
                message.replace("{}", text).replace("{placeholder}", &habits::meant(text))
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
    Nested => "a placeholder can't hold another one: write them side by side, with `.` or `:` between",
    /// `<>`.
    Unnamed => "placeholder has no name: name it like its argument, or write `<_>`",
    /// `<..>`.
    UnnamedRest => "placeholder has no name: name it like its argument, as in `<rest..>`, or write `<_..>`",
    /// `{uuid}`, `:id`, `$id`, `%s`, `(id)`.
    Habit => "`{}` is literal text here: a placeholder is written `{placeholder}`",
    /// `.[id]`.
    Square => "`[..]` is an optional tail: a placeholder is written `{placeholder}`",
    /// `*`.
    Glob => "`*` matches nothing but itself: write `<name>` for one part, `<name..>` for all that follows",
    /// `*path`, `<..path>`, `<path*>`, `<path>*`.
    Rest => "all that follows is written `{placeholder}`",
    /// `\\d+`, `[a-z]+`.
    Regex => "a pattern is no regular expression: write `<name>`, and a type for such values at the function's argument",
    /// `^user$`.
    Anchor => "a pattern matches whole names: remove `{}`",
    /// `<id?>`, `<id>?`.
    Optional => "what may be missing stands in square brackets with what is before it: write `[.{placeholder}]`",
    /// `<id=1>`.
    Default => "a placeholder has no default: write `{placeholder}`, or `[.{placeholder}]` and an `Option<..>` as its argument",
    /// `<<id>>`.
    Doubled => "a placeholder has one pair of brackets: write `{placeholder}`",
    /// `<id: u64>`.
    Type => "a placeholder holds no type: write `{placeholder}` here, and the type at the function's argument",
    /// `<user-id>`.
    Name => "`{}` is no name for an argument: write letters, digits and `_`, starting with a letter",
    /// `<type>`.
    Keyword => "`{}` is a word of Rust's own, so no argument can have it: take another name",
    /// `<id>.<id>`.
    Duplicate => "`{}` is there already: each placeholder has a name of its own",
    /// `<path..>.x`.
    RestNotLast => "`{}` takes all that follows, so it must be last",
    /// `<path...>`.
    Dots => "the rest is written with two dots: `<name..>`",
    /// `<a><b>`, `<a>b`.
    NoDelimiter => "where `{}` ends is not clear: let one of `. / : # ,` follow it, or nothing",
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
    TooLong => "no channel is that long: Centrifugo takes 255 bytes",
    /// `$private`.
    Private => "channels with `$` need a token, and Centrifugo never asks about them: remove `$`",
    /// `:a`.
    NoNamespace => "there is no namespace before `:`: write one, or remove `:`",
    /// `a:b`, `my chat:b`.
    BadNamespace => "`{}` can't be a namespace: Centrifugo takes two or more of letters, digits, `-`, `_` and `.`",
    /// `grüße`.
    NonAscii => "`{}` is not ASCII: Centrifugo refuses channels with such characters",
    /// A tab, a newline, NUL.
    Control => "`{}` is a control character: nobody means it in a name",
    /// `my channel`.
    Space => "a name with a space is surely a slip: write `-` or `_`",
}

impl Error {
    /// Which mistake it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it stands in the pattern, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What is wrong, and what to write instead, in one line.
    pub fn message(&self) -> String {
        let text = self.pattern.get(self.span.clone()).unwrap_or_default();
        self.kind.message(&text.escape_debug().to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const INDENT: &str = "         ";
        let shown = |range: Range<usize>| self.pattern.get(range).unwrap_or_default().escape_debug().to_string();
        let before = shown(0..self.span.start).chars().count();
        let marked = shown(self.span.clone()).chars().count().max(1);
        writeln!(f, "{}\n", self.message())?;
        writeln!(f, "{INDENT}{}", shown(0..self.pattern.len()))?;
        write!(f, "{INDENT}{}{}", " ".repeat(before), "^".repeat(marked))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
