//! The rules for names: the length of a channel, the characters of a namespace, and the values of placeholders.

/// The longest channel, in bytes, that Centrifugo lets a client subscribe to (`channel.max_length`, by default).
pub const MAX_CHANNEL: usize = 255;

/// The rule of [`is_namespace`], for messages.
pub const NAMESPACE_RULE: &str = "two or more of letters, digits, `-`, `_` and `.`";

/// The characters that structure names; each ends a value.
pub(crate) const DELIMITERS: [char; 5] = ['.', '/', ':', '#', ','];

/// Whether a byte may be in a value. A table, because routing looks at most bytes of a name.
const IN_VALUE: [bool; 256] = {
    let mut in_value = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        in_value[byte] = (byte as u8).is_ascii_graphic();
        byte += 1;
    }
    let mut at = 0;
    while at < DELIMITERS.len() {
        in_value[DELIMITERS[at] as usize] = false;
        at += 1;
    }
    in_value
};

/// Whether Centrifugo's configuration accepts the name for a namespace: two or more of `-a-zA-Z0-9_.`.
pub fn is_namespace(name: &str) -> bool {
    name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether a text may be the value of a placeholder: one or more visible ASCII characters, and none of `. / : # ,` unless
/// the placeholder is a `rest` (`<name..>`).
pub fn is_valid_value(text: &str, rest: bool) -> bool {
    !text.is_empty() && value_length(text.as_bytes(), rest) == text.len()
}

/// The length of the value at the start of a name: all bytes up to the first that no value has. What follows a placeholder
/// in a pattern always starts with such a byte.
pub(crate) fn value_length(name: &[u8], rest: bool) -> usize {
    let end = match rest {
        true => name.iter().position(|byte| !byte.is_ascii_graphic()),
        false => name.iter().position(|byte| !IN_VALUE[usize::from(*byte)]),
    };
    end.unwrap_or(name.len())
}
