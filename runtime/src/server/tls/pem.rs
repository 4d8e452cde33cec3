//! Texts in PEM, as the operator and the app name them.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use crate::error::Conflict;

/// The text of a certificate or of a key, or the name of its file.
#[derive(Clone)]
pub(crate) struct Pem {
    source: Source,
    role: Role,
    /// The setting that it comes from.
    origin: String,
}

/// What a text in PEM is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Certificate,
    Key,
    ClientCa,
}

#[derive(Clone)]
enum Source {
    File(PathBuf),
    Text(String),
}

impl Pem {
    pub(crate) fn file(path: PathBuf, role: Role, origin: impl Into<String>) -> Self {
        Self { source: Source::File(path), role, origin: origin.into() }
    }

    pub(crate) fn text(text: String, role: Role, origin: impl Into<String>) -> Self {
        Self { source: Source::Text(text), role, origin: origin.into() }
    }

    /// A text if it has the beginning of one, or the name of a file.
    pub(crate) fn either(value: String, role: Role, origin: impl Into<String>) -> Self {
        if value.contains("-----BEGIN") { Self::text(value, role, origin) } else { Self::file(value.into(), role, origin) }
    }

    pub(crate) fn read(&self) -> Result<String, Conflict> {
        match &self.source {
            Source::Text(text) => Ok(text.clone()),
            Source::File(path) if path.as_os_str().is_empty() => {
                Err(self.refused("it is empty: set a file's name or a text in PEM, or remove the setting"))
            }
            Source::File(path) => match fs::read(path) {
                Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => Err(self.refused(format!("the file can't be read: {error}"))),
            },
        }
    }

    /// Whether it is a file that can be read again, unlike a pipe.
    pub(super) fn is_regular_file(&self) -> bool {
        self.path().is_some_and(|path| path.is_file())
    }

    pub(super) fn path(&self) -> Option<&PathBuf> {
        match &self.source {
            Source::File(path) => Some(path),
            Source::Text(_) => None,
        }
    }

    /// The conflict of a text that can't be used.
    pub(super) fn refused(&self, fault: impl Into<String>) -> Conflict {
        Conflict::Tls { subject: self.to_string(), fault: fault.into() }
    }
}

/// Shows what it is and where it comes from: ``certificate in `app.pem` (`Tls::from_files`)``. Never shows the text.
impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.role {
            Role::Certificate => "certificate",
            Role::Key => "key",
            Role::ClientCa => "client CA",
        })?;
        if let Some(path) = self.path() {
            write!(f, " in `{}`", path.display())?;
        }
        write!(f, " (`{}`)", self.origin)
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
