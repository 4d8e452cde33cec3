//! What follows a backslash.

use regex::Regex;

use super::translator::Translator;

impl<'p> Translator<'p> {
    /// Reads what follows a backslash outside of a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        if self.take("A") {
            self.out.push_str("\\A");
        } else if self.take("z") {
            self.out.push_str("\\z");
        } else if self.take("b") {
            self.out.push_str("(?-u:\\b)");
        } else if self.take("B") {
            self.out.push_str("(?-u:\\B)");
        } else if !self.set_after_backslash()? {
            let char = self.character()?;
            self.literal(char);
        }
        Ok(())
    }

    /// Reads a class of Perl or of Unicode, if one comes next.
    pub(super) fn set(&mut self) -> Result<bool, String> {
        let after = self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        if !matches!(after, Some('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P')) {
            return Ok(false);
        }
        self.next();
        self.set_after_backslash()
    }

    fn set_after_backslash(&mut self) -> Result<bool, String> {
        // Those of Perl are ASCII in Go.
        let class = match self.rest.chars().next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => "[\\t\\n\\f\\r ]",
            Some('S') => "[^\\t\\n\\f\\r ]",
            Some('p' | 'P') => return self.unicode().map(|()| true),
            _ => return Ok(false),
        };
        self.next();
        self.out.push_str(class);
        Ok(true)
    }

    /// Reads `pL` or `P{Greek}`.
    fn unicode(&mut self) -> Result<(), String> {
        let is_negated = self.next() == Some('P');
        let name = if self.take("{") { self.until("}") } else { self.letter() }.unwrap_or_default();
        let (is_negated, name) = name.strip_prefix('^').map_or((is_negated, name), |name| (!is_negated, name));
        let letter = if is_negated { 'P' } else { 'p' };
        // Go knows categories and scripts alone.
        let written = ["gc", "sc"].map(|property| format!("\\{letter}{{{property}={name}}}"));
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte));
        let known = written.iter().find(|class| is_name && Regex::new(class).is_ok());
        self.out.push_str(known.ok_or_else(|| format!("`\\{letter}{{{name}}}` isn't known"))?);
        Ok(())
    }

    fn letter(&mut self) -> Option<&'p str> {
        let text = self.rest;
        let letter = self.next()?;
        Some(&text[..letter.len_utf8()])
    }

    /// Reads a character after its backslash.
    pub(super) fn character(&mut self) -> Result<char, String> {
        let char = self.next().ok_or("it ends with a backslash")?;
        let read = match char {
            'a' => Some('\x07'),
            'f' => Some('\x0c'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\x0b'),
            'x' => self.hexadecimal(),
            '0' => self.octal('0'),
            // One digit alone refers to a group, which Go doesn't have.
            '1'..='7' if self.rest.starts_with(|next| matches!(next, '0'..='7')) => self.octal(char),
            other => Some(other).filter(|other| other.is_ascii() && !other.is_ascii_alphanumeric()),
        };
        read.ok_or_else(|| format!("`\\{char}` isn't known"))
    }

    /// Reads `7f` or `{10ffff}`.
    fn hexadecimal(&mut self) -> Option<char> {
        let digits = if self.take("{") {
            self.until("}")?
        } else {
            let (digits, rest) = self.rest.split_at_checked(2)?;
            self.rest = rest;
            digits
        };
        let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal).and_then(char::from_u32)
    }

    /// Reads at most two more digits.
    fn octal(&mut self, first: char) -> Option<char> {
        let more = self.rest.bytes().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        let (digits, rest) = self.rest.split_at(more);
        self.rest = rest;
        u32::from_str_radix(&format!("{first}{digits}"), 8).ok().and_then(char::from_u32)
    }
}
