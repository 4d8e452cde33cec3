//! Sequences, groups and repetitions.

/// The most repetitions, also of those inside of each other together.
const MOST: u32 = 1000;

/// A reader of Go's syntax that writes the crate's.
pub(super) struct Translator<'p> {
    /// What isn't read yet.
    pub(super) rest: &'p str,
    pub(super) out: String,
    /// What the next repetition repeats.
    last: Last,
    /// For each open group, and for the whole: the most repetitions of one element.
    groups: Vec<u32>,
    /// The names of groups.
    names: Vec<&'p str>,
}

/// The last element.
#[derive(Clone, Copy)]
enum Last {
    /// There is none.
    Nothing,
    /// It can be repeated, and has this many repetitions inside.
    Element(u32),
    /// It is a repetition itself.
    Repetition,
}

impl<'p> Translator<'p> {
    pub(super) fn translate(pattern: &'p str) -> Result<String, String> {
        let out = String::with_capacity(pattern.len());
        let mut this = Self { rest: pattern, out, last: Last::Nothing, groups: vec![1], names: Vec::new() };
        while let Some(char) = this.next() {
            this.element(char)?;
        }
        if this.groups.len() > 1 { Err("a group isn't closed".to_owned()) } else { Ok(this.out) }
    }

    /// Takes the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Takes the text, if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    /// Takes what comes before the text, and the text.
    pub(super) fn until(&mut self, text: &str) -> Option<&'p str> {
        let (before, rest) = self.rest.split_once(text)?;
        self.rest = rest;
        Some(before)
    }

    fn element(&mut self, char: char) -> Result<(), String> {
        match char {
            '(' => return self.open(),
            ')' => return self.close(),
            '|' => self.start("|"),
            '*' => return self.repeat("*", 0, None),
            '+' => return self.repeat("+", 1, None),
            '?' => return self.repeat("?", 0, Some(1)),
            '{' => return self.count(),
            '[' => self.class()?,
            '\\' if self.rest.starts_with('Q') => return self.quote(),
            '\\' => self.escape()?,
            '^' | '$' | '.' => self.out.push(char),
            other => self.literal(other),
        }
        if char != '|' {
            self.last = Last::Element(1);
        }
        Ok(())
    }

    /// Writes a character that stands for itself, also in a class.
    pub(super) fn literal(&mut self, char: char) {
        self.out.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
    }

    /// Reads `Qa*b\E`, of which `a*b` is plain text.
    fn quote(&mut self) -> Result<(), String> {
        self.next();
        let text = self.until("\\E").unwrap_or_else(|| std::mem::take(&mut self.rest));
        for char in text.chars() {
            self.literal(char);
            self.last = Last::Element(1);
        }
        Ok(())
    }

    /// Writes what begins an alternative.
    fn start(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Nothing;
    }

    fn open(&mut self) -> Result<(), String> {
        if !self.take("?") {
            self.start("(?:");
        } else if self.take("P<") || self.take("<") {
            let name = self.until(">").filter(|name| is_name(name)).ok_or("a group's name is no name")?;
            if self.names.contains(&name) {
                return Err(format!("two groups have the name `{name}`"));
            }
            self.names.push(name);
            self.start("(?:");
        } else {
            return self.flags();
        }
        self.groups.push(1);
        Ok(())
    }

    /// Reads `i-s:` of a group, or `i-s)`, which is for the rest of the group that it is in.
    fn flags(&mut self) -> Result<(), String> {
        let flags = self.rest.split([':', ')']).next().unwrap_or_default();
        self.rest = &self.rest[flags.len()..];
        let (on, off) = flags.split_once('-').map_or((flags, None), |(on, off)| (on, Some(off)));
        let are_known = on.chars().chain(off.unwrap_or_default().chars()).all(|flag| "imsU".contains(flag));
        if !are_known || off.is_some_and(str::is_empty) {
            return Err(format!("`(?{flags}` isn't known"));
        }
        let off = off.unwrap_or_default();
        let written = |flags: &str| "imsU".chars().filter(|flag| flags.contains(*flag)).collect::<String>();
        let on = written(&on.replace(|flag| off.contains(flag), ""));
        let dash = if off.is_empty() { "" } else { "-" };
        let set = format!("(?{on}{dash}{}", written(off));
        match self.next() {
            Some(':') => {
                self.start(&format!("{set}:"));
                self.groups.push(1);
                Ok(())
            }
            Some(_) if set == "(?" => Ok(()),
            Some(_) => {
                self.start(&format!("{set})"));
                Ok(())
            }
            None => Err("a group isn't closed".to_owned()),
        }
    }

    fn close(&mut self) -> Result<(), String> {
        let inside = self.groups.pop().unwrap_or_default();
        let outer = self.groups.last_mut().ok_or("`)` closes no group")?;
        *outer = inside.max(*outer);
        self.out.push(')');
        self.last = Last::Element(inside);
        Ok(())
    }

    /// Reads `2,3}`. A brace without that is a plain character.
    fn count(&mut self) -> Result<(), String> {
        let Some((min, max, rest)) = counts(self.rest) else {
            self.literal('{');
            self.last = Last::Element(1);
            return Ok(());
        };
        let text = format!("{{{}", &self.rest[..self.rest.len() - rest.len()]);
        self.rest = rest;
        if min > MOST || max.is_some_and(|max| max > MOST || max < min) {
            return Err(format!("`{text}` is no count from 0 to {MOST}"));
        }
        self.repeat(&text, min, max)
    }

    fn repeat(&mut self, text: &str, min: u32, max: Option<u32>) -> Result<(), String> {
        let inside = match self.last {
            Last::Element(inside) => inside,
            Last::Nothing => return Err(format!("`{text}` repeats nothing")),
            Last::Repetition => return Err(format!("`{text}` repeats a repetition")),
        };
        let times = if max == Some(0) { 0 } else { inside.saturating_mul(max.unwrap_or(min).max(1)) };
        // `*`, `+` and `?` aren't counted.
        if times > MOST && (min > 1 || max.is_some_and(|max| max > 1)) {
            return Err(format!("`{text}` repeats more than {MOST} times, together with the repetitions inside"));
        }
        if let Some(group) = self.groups.last_mut() {
            *group = times.max(*group);
        }
        self.out.push_str(text);
        if self.take("?") {
            self.out.push('?');
        }
        self.last = Last::Repetition;
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The least and the most of `2,3}`, and what follows.
fn counts(text: &str) -> Option<(u32, Option<u32>, &str)> {
    let (min, rest) = digits(text)?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((min, Some(min), rest));
    }
    let rest = rest.strip_prefix(',')?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((min, None, rest));
    }
    let (max, rest) = digits(rest)?;
    Some((min, Some(max), rest.strip_prefix('}')?))
}

/// A number without leading zeros, and what follows. One that is too large is the largest.
fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let has_zeros = digits.len() > 1 && digits.starts_with('0');
    (!digits.is_empty() && !has_zeros).then(|| (digits.parse().unwrap_or(u32::MAX), rest))
}
