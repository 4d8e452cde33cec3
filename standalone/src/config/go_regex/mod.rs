//! Regular expressions as Go reads them, for the crate `regex`, whose syntax is nearly the same.
//!
//! Each element is read by Go's rules and written in the one way that the crate reads alike. What Go refuses is refused, so
//! that no expression fails on the move to Centrifugo.
//!
//! | file | content |
//! |---|---|
//! | `translator` | sequences, groups and repetitions |
//! | `class` | `[a-z]` |
//! | `escape` | what follows a backslash |

mod class;
mod escape;
mod translator;

use regex::Regex;

use self::translator::Translator;
use super::source::Source;

/// Compiles the regular expression of the key.
pub(super) fn read(source: &Source<'_>, key: &str, pattern: &str) -> Option<Regex> {
    match compile(pattern) {
        Ok(regex) => Some(regex),
        Err(reason) => {
            source.fault(
                key,
                format!("is no regular expression of Go ({reason})"),
                "write one of Go's syntax, which has no lookaround",
            );
            None
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let written = Translator::translate(pattern)?;
    Regex::new(&written).map_err(|error| {
        // The last line says what is wrong; those before draw the pattern.
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}
