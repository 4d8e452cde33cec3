//! Durations as Go writes them, and so Centrifugo's configuration: `500ms`, `1.5s`, `1m30s`.

use std::fmt;
use std::time::Duration;

/// The longest duration of Go, in nanoseconds: 292 years.
const LONGEST: u128 = i64::MAX as u128;

/// Reads a duration: numbers, each followed by its unit.
///
/// ```
/// # use std::time::Duration;
/// # use centrifugo_pattern::duration::parse;
/// assert_eq!(parse("1m30s"), Ok(Duration::from_secs(90)));
/// assert_eq!(parse("30").unwrap_err().to_string(), "`30` has no unit: write `30ms` or `30s`");
/// ```
///
/// # Errors
///
/// [`Error`], whose text states what to write.
pub fn parse(text: &str) -> Result<Duration, Error> {
    if text.is_empty() {
        return Err(Error::NoNumber(String::new()));
    }
    let (mut total, mut left) = (Duration::ZERO, text);
    while !left.is_empty() {
        let (number, after) = left.split_at(left.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(left.len()));
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len()));
        let amount = number.parse::<f64>().map_err(|_| Error::NoNumber(text.to_owned()))?;
        let seconds = amount * seconds_of(unit, number)?;
        let part = Duration::try_from_secs_f64(seconds).map_err(|_| Error::TooLong)?;
        total = total.checked_add(part).filter(|total| total.as_nanos() <= LONGEST).ok_or(Error::TooLong)?;
        left = after;
    }
    Ok(total)
}

fn seconds_of(unit: &str, number: &str) -> Result<f64, Error> {
    Ok(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" => 1e-6,
        "ns" => 1e-9,
        "" => return Err(Error::NoUnit(number.to_owned())),
        _ => return Err(Error::Unit { number: number.to_owned(), unit: unit.to_owned() }),
    })
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A unit without a number, or nothing.
    NoNumber(String),
    /// A number without a unit.
    NoUnit(String),
    /// A unit that Go doesn't have.
    Unit {
        /// The number before it.
        number: String,
        /// The unit.
        unit: String,
    },
    /// The duration is longer than 292 years, which is the longest of Go.
    TooLong,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber(text) => {
                write!(f, "`{}` is no time: write a number with its unit, such as `500ms` or `2s`", text.escape_debug())
            }
            Self::NoUnit(number) => write!(f, "`{number}` has no unit: write `{number}ms` or `{number}s`"),
            Self::Unit { number, unit } => {
                let unit = unit.escape_debug();
                write!(f, "`{unit}` is no unit of time: write `{number}` with `ms`, `s`, `m` or `h`")
            }
            Self::TooLong => f.write_str("it is longer than 292 years: write a shorter time, such as `2s`"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_go_writes_it() {
        for (text, millis) in
            [("500ms", 500), ("333ms", 333), ("1m1.5s", 61_500), ("2h", 7_200_000), (".5s", 500), ("0s", 0)]
        {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(parse("1µs"), Ok(Duration::from_micros(1)));
    }

    #[test]
    fn each_mistake_states_what_to_write() {
        for (text, message) in [
            ("", "`` is no time: write a number with its unit, such as `500ms` or `2s`"),
            ("soon", "`soon` is no time: write a number with its unit, such as `500ms` or `2s`"),
            ("-1s", "`-1s` is no time: write a number with its unit, such as `500ms` or `2s`"),
            ("1.2.3s", "`1.2.3s` is no time: write a number with its unit, such as `500ms` or `2s`"),
            ("500", "`500` has no unit: write `500ms` or `500s`"),
            ("1m30", "`30` has no unit: write `30ms` or `30s`"),
            ("5sec", "`sec` is no unit of time: write `5` with `ms`, `s`, `m` or `h`"),
            ("5 s", "` s` is no unit of time: write `5` with `ms`, `s`, `m` or `h`"),
            ("5\n", "`\\n` is no unit of time: write `5` with `ms`, `s`, `m` or `h`"),
            ("300000000h", "it is longer than 292 years: write a shorter time, such as `2s`"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }
}
