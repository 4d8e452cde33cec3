//! JSON, as RFC 8259 and the strictest of its readers have it: a check of its own, which shares no code with the
//! framework's.

/// What a reader accepts.
#[derive(Debug, Clone, Copy)]
struct Reader {
    levels: usize,
    /// It looks neither at halves of surrogate pairs nor at the size of numbers.
    is_lax: bool,
}

/// Whether the bytes are one JSON text for every reader: UTF-8, no half of a surrogate pair, no number beyond a double, at
/// most 100 levels.
pub(crate) fn is_strict(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Reader { levels: 100, is_lax: false }.accepts(text))
}

/// Whether the bytes are JSON for Go's `json.Valid`, by which Centrifugo decides whether values of a shared poll are sent to
/// clients that speak JSON. It accepts any bytes in a string, and more levels than this test's stack has room for.
pub(crate) fn is_valid_in_go(bytes: &[u8]) -> bool {
    Reader { levels: 1_000, is_lax: true }.accepts(&String::from_utf8_lossy(bytes))
}

// Each of these functions returns what follows the thing that it is named after; `None`: the text doesn't start with one.

impl Reader {
    fn accepts(self, text: &str) -> bool {
        self.value(space(text)).is_some_and(|rest| space(rest).is_empty())
    }

    fn below(self) -> Option<Self> {
        Some(Self { levels: self.levels.checked_sub(1)?, ..self })
    }

    fn value(self, text: &str) -> Option<&str> {
        match text.as_bytes().first()? {
            b'{' => self.below().and_then(|below| items(&text[1..], '}', |text| below.member(text))),
            b'[' => self.below().and_then(|below| items(&text[1..], ']', |text| below.value(text))),
            b'"' => self.string(text),
            b'-' | b'0'..=b'9' => self.number(text),
            _ => ["true", "false", "null"].iter().find_map(|word| text.strip_prefix(word)),
        }
    }

    fn member(self, text: &str) -> Option<&str> {
        self.value(space(space(self.string(text)?).strip_prefix(':')?))
    }

    fn string(self, text: &str) -> Option<&str> {
        let mut text = text.strip_prefix('"')?;
        loop {
            let next = text.chars().next()?;
            text = match next {
                '"' => return Some(&text[1..]),
                '\\' => self.escape(&text[1..])?,
                '\0'..='\x1f' => return None,
                other => &text[other.len_utf8()..],
            }
        }
    }

    /// The part of an escape sequence after its backslash.
    fn escape(self, text: &str) -> Option<&str> {
        let Some(text) = text.strip_prefix('u') else { return text.strip_prefix(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']) };
        let (first, text) = unit(text)?;
        match first {
            0xd800..=0xdbff if !self.is_lax => {
                let (second, text) = unit(text.strip_prefix("\\u")?)?;
                (0xdc00..=0xdfff).contains(&second).then_some(text)
            }
            0xdc00..=0xdfff if !self.is_lax => None,
            _ => Some(text),
        }
    }

    fn number(self, text: &str) -> Option<&str> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let mut rest = match unsigned.strip_prefix('0') {
            Some(rest) => rest,
            None => digits(unsigned)?,
        };
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        }
        let number = &text[..text.len() - rest.len()];
        (self.is_lax || number.parse::<f64>().is_ok_and(f64::is_finite)).then_some(rest)
    }
}

fn items(text: &str, end: char, item: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let mut text = space(text);
    if let Some(rest) = text.strip_prefix(end) {
        return Some(rest);
    }
    loop {
        text = space(item(space(text))?);
        match text.strip_prefix(',') {
            Some(rest) => text = rest,
            None => return text.strip_prefix(end),
        }
    }
}

fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    Some((u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?, rest))
}

fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

fn space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}
