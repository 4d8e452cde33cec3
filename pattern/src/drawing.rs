//! The drawing under a message: compilers can't underline inside a string, so the message does.

use std::fmt::Display;
use std::ops::Range;

const INDENT: &str = "         ";

/// The message, an empty line, the pattern, and carets under `span`, which is in bytes of the pattern.
///
/// ```
/// let shown = centrifugo_pattern::underlined("no argument `uuid`", "user.<uuid>", 5..11);
/// assert_eq!(shown, "no argument `uuid`\n\n         user.<uuid>\n              ^^^^^^");
/// ```
pub fn underlined(message: impl Display, pattern: &str, span: Range<usize>) -> String {
    let shown = |range: Range<usize>| pattern.get(range).unwrap_or_default().escape_debug().to_string();
    let before = " ".repeat(shown(0..span.start).chars().count());
    let carets = "^".repeat(shown(span).chars().count().max(1));
    let pattern = shown(0..pattern.len());
    format!("{message}\n\n{INDENT}{pattern}\n{INDENT}{before}{carets}")
}
