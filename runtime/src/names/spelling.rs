//! One spelling for each value: a name holds the text that the types of its placeholders write.
//!
//! Types read more than they write: `u64` reads `007` and `+7`, a `Uuid` upper case. For Centrifugo each of these names is a
//! channel of its own, so a ban, a presence or a history by the channel's name would miss the others.

use std::any::TypeId;
use std::fmt::{self, Display, Write};

use crate::names::location::Location;
use crate::reject::logged::Logged;

/// Whether a `T` that was read from this text is known to write it again: a `String`, and a whole number without a `+` and leading zeros. The
/// types are known when this is compiled, so it costs other types nothing.
pub(crate) fn is_plain<T: 'static>(text: &str) -> bool {
    let id = TypeId::of::<T>();
    let is_plain_number = || matches!(text.as_bytes(), [b'1'..=b'9', ..] | b"0" | [b'-', b'1'..=b'9', ..]);
    let is_number = id == TypeId::of::<u8>()
        || id == TypeId::of::<u16>()
        || id == TypeId::of::<u32>()
        || id == TypeId::of::<u64>()
        || id == TypeId::of::<usize>()
        || id == TypeId::of::<i32>()
        || id == TypeId::of::<i64>();
    id == TypeId::of::<String>() || (is_number && is_plain_number())
}

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

/// What reads a name's values, for the log.
pub(crate) trait Reader {
    /// The name and the place of the handler; `None` for a typed channel that a handler takes as an extractor.
    fn handler(&self) -> Option<(&'static str, Location)>;

    /// The pattern that the name matched; `None` for a handler without one.
    fn pattern(&self) -> Option<&'static str>;
}

/// Logs a value that is no match for its spelling only: its type may have a `Display` for people.
#[cold]
pub(crate) fn differs(reader: &dyn Reader, text: &str, value: &dyn Display) {
    let (name, at) = reader.handler().map(|(name, at)| (name, tracing::field::display(at))).unzip();
    tracing::debug!(
        handler = name,
        at,
        pattern = reader.pattern(),
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
    fn a_plain_number_writes_itself() {
        for number in ["0", "7", "10", "18446744073709551615"] {
            assert!(is_plain::<u64>(number) && is_written(&number.parse::<u64>().unwrap(), number));
        }
        for number in ["-7", "0", "2147483647"] {
            assert!(is_plain::<i32>(number) && is_written(&number.parse::<i32>().unwrap(), number));
        }
        for number in ["007", "+7", "00", "-0", "+0", "-07"] {
            assert!(!is_plain::<i64>(number) && !is_written(&number.parse::<i64>().unwrap(), number), "{number}");
        }
        assert!(is_plain::<String>("007") && !is_plain::<f64>("7"));
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
