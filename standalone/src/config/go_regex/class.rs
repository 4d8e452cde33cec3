//! Classes: `[a-z]`.

use super::translator::Translator;

/// The names of `[:alpha:]`.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

impl Translator<'_> {
    /// Reads a class after its `[`.
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        // The first is read in any case: `]` is a plain character there.
        self.item()?;
        while !self.take("]") {
            self.item()?;
        }
        self.out.push(']');
        Ok(())
    }

    fn item(&mut self) -> Result<(), String> {
        if self.rest.starts_with("[:") && self.rest[2..].contains(":]") { self.posix() } else { self.range() }
    }

    fn posix(&mut self) -> Result<(), String> {
        let name = self.until(":]").unwrap_or_default().trim_start_matches("[:");
        if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(format!("`[:{name}:]` isn't known"));
        }
        self.out.push_str(&format!("[:{name}:]"));
        Ok(())
    }

    /// Reads a character, two with `-` between them, or a class of Perl or of Unicode.
    fn range(&mut self) -> Result<(), String> {
        if self.set()? {
            return Ok(());
        }
        let first = self.member()?;
        self.literal(first);
        if !self.rest.starts_with('-') || self.rest.starts_with("-]") || self.rest == "-" {
            return Ok(());
        }
        self.next();
        let last = self.member()?;
        if last < first {
            return Err(format!("`{first}-{last}` is in the wrong order"));
        }
        self.out.push('-');
        self.literal(last);
        Ok(())
    }

    fn member(&mut self) -> Result<char, String> {
        match self.next() {
            Some('\\') => self.character(),
            Some(other) => Ok(other),
            None => Err("a class isn't closed".to_owned()),
        }
    }
}
