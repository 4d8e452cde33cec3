//! The rules for codes and texts, which `ErrorReply::new` and `Disconnect::new` check as well. The messages here hold more,
//! because the literal is known.

use centrifugo_pattern::codes::{self, InvalidCode};

pub(super) fn error_code(code: u32) -> Result<(), String> {
    let rule = codes::check_error_code(code);
    rule.map_err(|rule| match codes::check_disconnect_code(code) {
        Ok(()) => format!("{rule}: {code} is for disconnects, so write `#[reject(disconnect({code}, \"..\"))]`"),
        Err(_) => format!("{rule}: the others are Centrifugo's own"),
    })
}

pub(super) fn disconnect_code(code: u32) -> Result<(), String> {
    let rule = codes::check_disconnect_code(code);
    rule.map_err(|rule| match codes::check_error_code(code) {
        Ok(()) => format!("{rule}: {code} is for errors, so write `#[reject({code}, \"..\")]`"),
        Err(_) => rule.to_string(),
    })
}

pub(super) fn message(text: &str) -> Result<(), String> {
    codes::check_message(text).map_err(|rule| format!("{rule}: write what the client may know"))?;
    constant(text)
}

pub(super) fn reason(text: &str) -> Result<(), String> {
    constant(text)?;
    codes::check_reason(text).map_err(|rule| match rule {
        InvalidCode::ReasonCharacters => {
            let other: String = text.chars().filter(|c| !matches!(c, ' '..='~')).take(1).collect();
            format!("{rule}, and `{}` is not", other.escape_debug())
        }
        InvalidCode::LongReason => format!("{rule}, and this has {}", text.len()),
        InvalidCode::JsonReason => format!("{rule}; write a few words"),
        rule => rule.to_string(),
    })
}

/// Reports a place for a field, as `thiserror` has it: `"{0}"`.
fn constant(text: &str) -> Result<(), String> {
    let Some(start) = text.find('{') else { return Ok(()) };
    match text[start..].find('}') {
        // JSON has its own message.
        Some(length) if !text[start..=start + length].contains(['"', ':']) || text[start..].contains("{0:") => {
            let hole = &text[start..=start + length];
            Err(format!(
                "`{hole}` would be sent as it is: the text is constant; \
                 for others return `ErrorReply::try_new(..)` as a `Reject`"
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_other_kind_has_its_own_message() {
        assert!(error_code(4501).is_err_and(|message| message.contains("#[reject(disconnect(4501")));
        assert!(disconnect_code(403).is_err_and(|message| message.contains("#[reject(403")));
        assert_eq!((error_code(403), disconnect_code(4501)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_fault_of_a_reason_shows_the_part_that_is_wrong() {
        assert_eq!(reason("caf\u{e9}"), Err("a disconnect's reason is printable ASCII, and `\u{e9}` is not".to_owned()));
        assert!(reason(&"x".repeat(40)).is_err_and(|message| message.ends_with("and this has 40")));
        assert_eq!(reason("2nd login"), Ok(()));
    }

    #[test]
    fn a_hole_in_a_text_is_refused() {
        assert!(message("no room {0}").is_err_and(|message| message.contains("`{0}`")));
        assert!(reason("{room} is closed").is_err_and(|message| message.contains("`{room}`")));
    }
}
