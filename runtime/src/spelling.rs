//! One spelling for each value: a name holds the text that the types of its placeholders write.
//!
//! Types read more than they write: `u64` reads `007` and `+7`, a `Uuid` upper case. For Centrifugo each of these names is a
//! channel of its own, so a ban, a presence or a history by the channel's name would miss the others.

use std::fmt::{self, Display, Write};

use crate::handler::{Handler, Reader};

/// The longest excerpt of a text in the log, in characters.
const EXCERPT: usize = 200;

/// Whether the value writes itself as this text. Allocates nothing.
pub(crate) fn is_written(value: &dyn Display, text: &str) -> bool {
    let mut expected = Expected(Some(text));
    write!(expected, "{value}").is_ok() && expected.0 == Some("")
}

/// What is left of the expected text; `None` after the first difference, whatever a `Display` writes after that.
struct Expected<'t>(Option<&'t str>);

impl Write for Expected<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.and_then(|expected| expected.strip_prefix(piece));
        self.0.map(drop).ok_or(fmt::Error)
    }
}

/// Logs a value that is no match for its spelling only: its type may have a `Display` for people.
#[cold]
pub(crate) fn differs(reader: Reader, text: &str, value: &dyn Display) {
    let (handler, pattern) = match reader {
        Reader::Handler(handler) => (Some(handler), handler.pattern()),
        Reader::Channel(pattern) => (None, Some(pattern)),
    };
    let (name, at) = (handler.map(Handler::name), handler.map(|handler| tracing::field::display(handler.location())));
    tracing::debug!(
        handler = name,
        at,
        pattern,
        "no match: `{}` is written `{}`: one spelling only, unless the attribute has `lenient`",
        Excerpt(&text),
        Excerpt(value)
    );
}

/// The start of a text, escaped.
struct Excerpt<'t>(&'t dyn Display);

impl Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = Start { out: f, left: EXCERPT, is_cut: false };
        // A `Display` that fails leaves what it has written so far.
        let _ = write!(start, "{}", self.0);
        if start.is_cut { f.write_char('…') } else { Ok(()) }
    }
}

/// Passes on as many characters as are left. Then it fails, so that no more are made.
struct Start<'o, 'f> {
    out: &'o mut fmt::Formatter<'f>,
    left: usize,
    is_cut: bool,
}

impl Write for Start<'_, '_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        piece.chars().flat_map(char::escape_debug).try_for_each(|character| self.put(character))
    }
}

impl Start<'_, '_> {
    fn put(&mut self, character: char) -> fmt::Result {
        self.is_cut |= self.left == 0;
        self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
        self.out.write_char(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes its pieces, and doesn't look whether that succeeds.
    struct Careless(&'static [&'static str]);

    impl Display for Careless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for piece in self.0 {
                let _ = f.write_str(piece);
            }
            Ok(())
        }
    }

    #[test]
    fn a_text_is_compared_piece_by_piece() {
        assert!(is_written(&Careless(&["a", "", "bc"]), "abc"));
        assert!(!is_written(&Careless(&["a", "b"]), "abc"));
        assert!(!is_written(&Careless(&["a", "bcd"]), "abc"));
        assert!(!is_written(&Careless(&[]), "a"));
    }

    #[test]
    fn what_is_written_after_a_difference_makes_no_match() {
        assert!(!is_written(&Careless(&["x", "abc"]), "abc"));
        assert!(!is_written(&Careless(&["a", "x", "bc"]), "abc"));
        assert!(!is_written(&Careless(&["abc", "x"]), "abc"));
    }

    #[test]
    fn an_excerpt_is_escaped_and_cut() {
        assert_eq!(Excerpt(&"a\n\"é").to_string(), r#"a\n\"é"#);
        let exact = "a".repeat(EXCERPT);
        assert_eq!(Excerpt(&exact).to_string(), exact);
        assert_eq!(Excerpt(&format!("{exact}b")).to_string(), format!("{exact}…"));
        assert_eq!(Excerpt(&"\n".repeat(EXCERPT)).to_string().chars().count(), EXCERPT + 1);
    }
}
