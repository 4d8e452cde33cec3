//! One spelling for each value: a name matches only if its values are spelt as their types write them.
//!
//! Types read more spellings than they write: `u64` reads `007` and `+7`, a `Uuid` upper case. For Centrifugo each spelling
//! is a channel of its own, so a ban, presence or history by the channel's name would miss the others.

use std::any::TypeId;
use std::fmt::{self, Display, Write};

use crate::names::location::Location;
use crate::reject::logged::Logged;

/// Whether a `T` that was read from this text is known to write the same: a `String`, and an integer without `+` and leading
/// zeros. The type is known at compile time, so other types pay nothing.
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

/// Whether the value's `Display` writes this text. Doesn't allocate.
pub(crate) fn is_written(value: &dyn Display, text: &str) -> bool {
    let mut expected = Expected(Some(text));
    write!(expected, "{value}").is_ok() && expected.0 == Some("")
}

/// The rest of the expected text; `None` after the first difference, whatever a `Display` writes after that.
struct Expected<'t>(Option<&'t str>);

impl Write for Expected<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.0 = self.0.and_then(|expected| expected.strip_prefix(piece));
        self.0.map(drop).ok_or(fmt::Error)
    }
}

/// A reader of a name's values, for the log.
pub(crate) trait Reader {
    /// The handler's name and location; `None` for a typed channel as an extractor.
    fn handler(&self) -> Option<(&'static str, Location)>;

    /// The pattern that the name matches; `None` for a handler without one.
    fn pattern(&self) -> Option<&'static str>;
}

/// Logs that a name doesn't match only because of a value's spelling: the type's `Display` may be made for people.
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

    /// Writes its pieces and ignores errors.
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
