//! The placeholder that an author meant who wrote one in another notation.

/// The placeholder that the text stands for, as in `<uuid>` for `{uuid}`.
pub(crate) fn placeholder(text: &str) -> String {
    // Text of a regular expression holds no name, unless one stands before it: `id:\d+`.
    let is_regex = text.contains('\\') || text.find('[').is_some_and(|at| at > 0);
    let text = if is_regex { text.split_once(':').map_or("", |(name, _)| name) } else { text };
    let word = text.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let is_conversion = text.starts_with('%') && is_conversion(&text[1..]);
    let word = if word.is_empty() || is_conversion { "name" } else { &word[..name_length(word)] };
    format!("<{word}{}>", if text.contains(['*', '+']) || text.contains("..") { ".." } else { "" })
}

/// Whether a character may be in the name of an argument.
pub(crate) fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of the name that the text starts with.
pub(crate) fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !is_name_character(c)).unwrap_or(text.len())
}

/// Whether the text after `%` is a conversion of `printf` that no more letters follow: `%s`, `%d`.
pub(crate) fn is_conversion(text: &str) -> bool {
    text.starts_with(['s', 'd', 'i', 'u', 'v', 'x']) && name_length(text) == 1
}
