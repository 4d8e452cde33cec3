//! Codes and texts, judged as `ErrorReply::new` and `Disconnect::new` do, but at the literal that is wrong.

const ERRORS: std::ops::RangeInclusive<u32> = 400..=1999;
const DISCONNECTS: std::ops::RangeInclusive<u32> = 4000..=4999;

pub(super) fn error_code(code: u32) -> Result<(), String> {
    match code {
        code if ERRORS.contains(&code) => Ok(()),
        code if DISCONNECTS.contains(&code) => Err(format!(
            "{code} is a code of disconnects: write `#[reject(disconnect({code}, \"..\"))]`, or a code within 400..=1999"
        )),
        0..=99 => Err("codes below 100 are Centrifugo's own: write one within 400..=1999".to_owned()),
        _ => Err("an error's code is within 400..=1999: Centrifugo keeps the others".to_owned()),
    }
}

pub(super) fn disconnect_code(code: u32) -> Result<(), String> {
    match code {
        code if DISCONNECTS.contains(&code) => Ok(()),
        code if ERRORS.contains(&code) => Err(format!(
            "{code} is a code of errors: write `#[reject({code}, \"..\")]`, or a code within 4000..=4499 (the client connects again) or 4500..=4999 (it stays away)"
        )),
        _ => Err("a disconnect's code is within 4000..=4499 (the client connects again) or 4500..=4999 (it stays away)"
            .to_owned()),
    }
}

pub(super) fn message(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("an error's message can't be empty: say what the client may know".to_owned());
    }
    constant(text)
}

pub(super) fn reason(text: &str) -> Result<(), String> {
    constant(text)?;
    if text.trim().is_empty() {
        return Err("a disconnect's reason can't be empty: SDKs would ignore the code".to_owned());
    }
    if let Some(c) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(format!("a disconnect's reason is printable ASCII, and `{}` is not", c.escape_debug()));
    }
    if text.len() > 32 {
        return Err(format!("a disconnect's reason has at most 32 bytes, and this has {}", text.len()));
    }
    if may_be_json(text.trim()) {
        return Err(
            "a disconnect's reason can't be JSON: SDKs would obey it instead of the code; write a few words".to_owned()
        );
    }
    Ok(())
}

/// `"{0}"`, as `thiserror` has it.
fn constant(text: &str) -> Result<(), String> {
    let Some(start) = text.find('{') else { return Ok(()) };
    match text[start..].find('}') {
        // JSON has a message of its own.
        Some(length) if !text[start..=start + length].contains(['"', ':']) || text[start..].contains("{0:") => {
            let hole = &text[start..=start + length];
            Err(format!(
                "`{hole}` would be sent as it is: the text is constant; for others return `ErrorReply::try_new(..)` as a `Reject`"
            ))
        }
        _ => Ok(()),
    }
}

/// Stricter than JSON, as the runtime is: what starts as a string, array or object does, and what is a number all along.
fn may_be_json(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && !text.contains(|c: char| c == ' ' || (c.is_ascii_alphabetic() && !c.eq_ignore_ascii_case(&'e')));
    number || text.starts_with(['"', '[', '{']) || matches!(text, "true" | "false" | "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_text_that_no_sdk_takes_for_json() {
        for reason in
            ["1", "-1.5", "1e3", "true", "null", "\"x\"", "[1]", " 1 ", "{\"reconnect\": true}", "", " ", "é", "a\nb"]
        {
            assert!(super::reason(reason).is_err(), "{reason}");
        }
        for reason in ["banned", "2nd login", "4 strikes", "nullified", "-"] {
            assert_eq!(super::reason(reason), Ok(()));
        }
        assert!(reason(&"x".repeat(32)).is_ok() && reason(&"x".repeat(33)).is_err());
    }

    #[test]
    fn a_code_of_the_other_kind_is_told_apart() {
        assert!(error_code(4501).is_err_and(|message| message.contains("#[reject(disconnect(4501")));
        assert!(disconnect_code(403).is_err_and(|message| message.contains("#[reject(403")));
    }
}
