//! Texts from outside in log lines: escaped, so that each stays on its line, and truncated.

use std::fmt::{self, Display, Write};

/// The maximum length of a text from outside in a log line, in bytes after escaping.
pub(crate) const MAX_TEXT: usize = 2 << 10;

/// The mark of a truncated text.
const CUT: &str = "..";

/// A text that stays on its log line. Control characters, line and paragraph separators, and characters that change the
/// text's direction are escaped as in Rust (`\n`, `\u{1b}`); a text over [`MAX_TEXT`] is truncated.
///
/// Clients choose channels and methods, and errors of the app's own types may quote their data. Without escapes a client
/// could forge log lines.
pub(crate) struct Logged<T>(pub(crate) T);

impl<T: Display> Display for Logged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { to: f, room: MAX_TEXT, is_cut: false };
        // An error ends the text when there is no more room, so that no more of it is made. A text that fails by itself ends
        // with what it has written so far.
        let _ = write!(line, "{}", self.0);
        if line.is_cut { f.write_str(CUT) } else { Ok(()) }
    }
}

impl<T: Display> fmt::Debug for Logged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

struct Line<'l, 'f> {
    to: &'l mut fmt::Formatter<'f>,
    room: usize,
    is_cut: bool,
}

impl Line<'_, '_> {
    fn take(&mut self, bytes: usize) -> fmt::Result {
        match self.room.checked_sub(bytes) {
            Some(room) => {
                self.room = room;
                Ok(())
            }
            None => {
                (self.room, self.is_cut) = (0, true);
                Err(fmt::Error)
            }
        }
    }

    fn plain(&mut self, text: &str) -> fmt::Result {
        let end = (0..=self.room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        self.to.write_str(&text[..end])?;
        self.take(text.len())
    }

    fn escaped(&mut self, character: char) -> fmt::Result {
        let escape = character.escape_default();
        self.take(escape.len())?;
        write!(self.to, "{escape}")
    }
}

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, character)) = rest.char_indices().find(|(_, character)| breaks_a_line(*character)) {
            self.plain(&rest[..at])?;
            self.escaped(character)?;
            rest = &rest[at + character.len_utf8()..];
        }
        self.plain(rest)
    }
}

/// A method up to its `?`: the query of a method for the HTTP bridge has what a client searches for, or tokens.
pub(crate) fn without_query(method: &str) -> &str {
    method.split_inclusive('?').next().unwrap_or_default()
}

/// Whether a terminal or a log reader could interpret the character as a control.
fn breaks_a_line(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line() {
        let forged = "x\nERROR forged\r\u{1b}[31m\u{2028}\u{202e}\u{85}\tÄ😀";
        let expected = "x\\nERROR forged\\r\\u{1b}[31m\\u{2028}\\u{202e}\\u{85}\\tÄ😀";
        assert_eq!(Logged(forged).to_string(), expected);
        assert_eq!(Logged("plain \\ \"text\"").to_string(), "plain \\ \"text\"");
    }

    #[test]
    fn a_method_ends_at_its_query() {
        assert_eq!(["get:a?b=c?d", "get:a?", "a", ""].map(without_query), ["get:a?", "get:a?", "a", ""]);
    }

    #[test]
    fn a_long_text_is_cut() {
        for text in ["x".repeat(1 << 20), "\n".repeat(1 << 20), "ä".repeat(1 << 20), format!("a{}", "😀".repeat(1 << 18))]
        {
            let logged = Logged(&text).to_string();
            assert!(logged.ends_with(CUT) && logged.len() <= MAX_TEXT + CUT.len(), "{} bytes", logged.len());
            assert!(logged.len() > MAX_TEXT - 8, "{} bytes", logged.len());
        }
        let whole = "x".repeat(MAX_TEXT);
        assert_eq!(Logged(&whole).to_string(), whole);
    }

    #[test]
    fn no_more_is_written_than_there_is_room_for() {
        /// Writes for ever.
        struct Endless(std::cell::Cell<usize>);

        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    self.0.set(self.0.get() + 1);
                    f.write_str("again and ")?;
                }
            }
        }

        /// Ignores errors of the writer.
        struct Careless;

        impl Display for Careless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (0..10_000).for_each(|_| _ = f.write_str("again and "));
                Ok(())
            }
        }

        let logged = Logged(Careless).to_string();
        assert!(logged.ends_with(CUT) && logged.len() <= MAX_TEXT + CUT.len(), "{} bytes", logged.len());
        let endless = Endless(Default::default());
        assert!(Logged(&endless).to_string().ends_with(CUT));
        assert!(endless.0.get() < MAX_TEXT);
    }
}
