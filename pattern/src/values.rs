//! The values of placeholders: which texts they may be, and where they stand in a name.

use crate::code::Op;

/// What ends a value: the characters that structure names.
pub(crate) const DELIMITERS: [char; 5] = ['.', '/', ':', '#', ','];

/// Whether a byte may be in a value: looked up, because routing asks it for most bytes of a name.
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

/// Whether a text may be the value of a placeholder: one or more visible ASCII characters; none of `. / : # ,`, unless it is the
/// rest of a name.
pub fn is_valid_value(text: &str, rest: bool) -> bool {
    !text.is_empty() && value_length(text.as_bytes(), rest) == text.len()
}

/// The length of the value at the start of a name. Everything that may be in it is: what follows a placeholder can't be.
pub(crate) fn value_length(name: &[u8], rest: bool) -> usize {
    let end = match rest {
        true => name.iter().position(|byte| !byte.is_ascii_graphic()),
        false => name.iter().position(|byte| !IN_VALUE[usize::from(*byte)]),
    };
    end.unwrap_or(name.len())
}

/// The values of a name's placeholders, in the pattern's order; those of `<_>` are left out. It ends early where the optional tail is
/// missing.
#[derive(Debug, Clone)]
pub struct Values<'p, 'n> {
    /// What is left of the pattern's code.
    code: &'p [u8],
    name: &'n str,
    /// How much of the name is behind.
    at: usize,
}

impl<'p, 'n> Values<'p, 'n> {
    /// Those of a name that fits.
    pub(crate) fn new(code: &'p [u8], name: &'n str) -> Self {
        Self { code, name, at: 0 }
    }
}

impl<'n> Iterator for Values<'_, 'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        loop {
            let (byte, code) = self.code.split_first()?;
            match Op::of(*byte) {
                Op::Text(_) => self.at += 1,
                Op::Value { is_named, is_rest } => {
                    let name = &self.name[self.at..];
                    let length = value_length(name.as_bytes(), is_rest);
                    self.at += length;
                    if is_named {
                        self.code = code;
                        return Some(&name[..length]);
                    }
                }
                Op::End => return None,
            }
            self.code = code;
        }
    }
}
