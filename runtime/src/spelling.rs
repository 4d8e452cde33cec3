//! One spelling for each value: a name holds the text that the types of its placeholders write.
//!
//! Types read more than they write: `u64` reads `007` and `+7`, a `Uuid` upper case. For Centrifugo each of these names is a
//! channel of its own, so a ban, a presence or a history by the channel's name would miss the others.

use std::fmt::{self, Display, Write};

use crate::handler::{Handler, Reader};
use crate::logged::Logged;

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
        Logged(text),
        Logged(value)
    );
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
}
