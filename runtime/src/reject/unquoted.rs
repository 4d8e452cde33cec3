//! Errors of serde_json in log lines: without the value that doesn't fit.

use std::fmt;

/// What serde calls the values that it quotes. Any other text in their place may be one.
const KINDS: [&str; 5] = ["boolean", "integer", "floating point", "character", "string"];

/// The same for those that it doesn't quote.
const UNQUOTED_KINDS: [&str; 13] = [
    "byte array",
    "unit value",
    "null",
    "Option value",
    "newtype struct",
    "sequence",
    "map",
    "enum",
    "unit variant",
    "newtype variant",
    "tuple variant",
    "struct variant",
    "number",
];

/// An error of serde_json, written without the value that it quotes: `invalid type: string, expected u8 at line 1 column 8`.
///
/// The value is the client's data or the connection's meta, which are private: passwords and tokens have misspelt fields and
/// wrong types, too. What types of the app write into `serde::de::Error::custom` is the app's own text, and stays.
pub(crate) struct Unquoted<'e>(pub(crate) &'e serde_json::Error);

impl fmt::Display for Unquoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let (beginning, rest) = split(&text);
        write!(f, "{beginning}{rest}")
    }
}

/// The text of an error before the value, and after it. A text that isn't serde's is the beginning.
fn split(text: &str) -> (&str, &str) {
    without_name(text).or_else(|| without_value(text)).unwrap_or((text, ""))
}

/// The same for a name that isn't known.
fn without_name(text: &str) -> Option<(&str, &str)> {
    let beginning = ["unknown variant", "unknown field"].into_iter().find(|beginning| text.starts_with(beginning))?;
    let rest = last(text, ["`, expected ", "`, there are no "])?;
    Some((beginning, rest.trim_start_matches('`')))
}

/// The same for a value that doesn't fit.
fn without_value(text: &str) -> Option<(&str, &str)> {
    let beginning = ["invalid type: ", "invalid value: "].into_iter().find(|beginning| text.starts_with(beginning))?;
    let rest = last(text, [", expected "; 2])?;
    let kind = kind(&text[beginning.len()..]);
    let end = if kind.is_empty() { beginning.trim_end_matches(": ").len() } else { beginning.len() + kind.len() };
    Some((&text[..end], rest))
}

/// The end of the text from the last one of these marks on. The last, as the value may have one as well.
fn last<'t>(text: &'t str, marks: [&str; 2]) -> Option<&'t str> {
    let at = marks.into_iter().filter_map(|mark| text.rfind(mark)).max()?;
    Some(&text[at..])
}

/// The kind of value at the beginning of the text, if it is one that serde names.
fn kind(text: &str) -> &str {
    let has = |kind: &&&str, ends: [&str; 2]| {
        text.strip_prefix(**kind).is_some_and(|rest| ends.iter().any(|end| rest.starts_with(end)))
    };
    let quoted = KINDS.iter().find(|kind| has(kind, [" `", " \""]));
    let kind = quoted.or_else(|| UNQUOTED_KINDS.iter().find(|kind| has(kind, [", expected "; 2])));
    kind.map_or("", |kind| &text[..kind.len()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Display;

    use serde::Deserialize;
    use serde::de::{DeserializeOwned, Error as _, Unexpected};

    use super::*;

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        Red,
        Green,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(rename = "theme")]
        _theme: u8,
    }

    #[derive(Debug, Deserialize)]
    enum Nothing {}

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Empty {}

    fn logged<T: DeserializeOwned>(json: &str) -> String {
        let error = serde_json::from_str::<T>(json).err().expect("data that doesn't fit");
        Unquoted(&error).to_string()
    }

    fn custom(text: impl Display) -> String {
        Unquoted(&serde_json::Error::custom(text)).to_string()
    }

    #[test]
    fn a_value_that_does_not_fit_is_not_quoted() {
        assert_eq!(logged::<u8>(r#""secret""#), "invalid type: string, expected u8 at line 1 column 8");
        assert_eq!(logged::<u8>("4711"), "invalid value: integer, expected u8 at line 1 column 4");
        assert_eq!(logged::<u8>("47.11"), "invalid type: floating point, expected u8 at line 1 column 5");
        assert_eq!(logged::<u8>("true"), "invalid type: boolean, expected u8 at line 1 column 4");
        assert_eq!(logged::<char>(r#""secret""#), "invalid value: string, expected a character at line 1 column 8");
        assert_eq!(logged::<Color>(r#""secret""#), "unknown variant, expected `red` or `green` at line 1 column 8");
        assert_eq!(logged::<Settings>(r#"{"secret":1}"#), "unknown field, expected `theme` at line 1 column 9");
        assert_eq!(logged::<Nothing>(r#""secret""#), "unknown variant, there are no variants at line 1 column 8");
        assert_eq!(logged::<Empty>(r#"{"secret":1}"#), "unknown field, there are no fields at line 1 column 9");
        assert!(!logged::<BTreeMap<u8, u8>>(r#"{"secret":1}"#).contains("secret"));
        assert!(!logged::<BTreeMap<Color, u8>>(r#"{"secret":1}"#).contains("secret"));
    }

    #[test]
    fn an_error_without_a_value_stays_as_it_is() {
        for (json, text) in [
            ("{}", "missing field `theme` at line 1 column 2"),
            (r#"{"theme":1,"theme":2}"#, "duplicate field `theme` at line 1 column 18"),
            ("7", "invalid type: integer, expected struct Settings at line 1 column 1"),
            ("null", "invalid type: null, expected struct Settings at line 1 column 4"),
            ("[]", "invalid length 0, expected struct Settings with 1 element at line 1 column 2"),
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{secret", "key must be a string at line 1 column 2"),
        ] {
            assert_eq!(logged::<Settings>(json), text);
        }
        assert_eq!(logged::<u8>("[1]"), "invalid type: sequence, expected u8 at line 1 column 0");
        assert_eq!(custom("the app's own text"), "the app's own text");
    }

    #[test]
    fn a_value_that_looks_like_the_error_s_end_is_not_quoted() {
        for value in
            ["secret`, expected secret", r#"secret\", expected secret"#, "secret`, there are no secret", "` \\\" secret"]
        {
            let json = format!("\"{value}\"");
            for logged in [logged::<u8>(&json), logged::<Color>(&json), logged::<Nothing>(&json)] {
                assert!(!logged.contains("secret"), "{logged}");
            }
        }
    }

    #[test]
    fn a_value_of_no_kind_is_not_quoted() {
        for value in ["secret", "string", "map of secret", "string secret, expected secret", ""] {
            let error = serde_json::Error::invalid_value(Unexpected::Other(value), &"a color");
            assert_eq!(Unquoted(&error).to_string(), "invalid value, expected a color", "{value}");
        }
    }
}
