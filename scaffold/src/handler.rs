//! `cargo centrifugo handler`: writes a handler from its template.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::{Error, is_name};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident => $file:literal,)*) => {
        /// The kinds of items that `cargo centrifugo handler` writes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        #[value(rename_all = "snake_case")]
        pub(crate) enum Kind {
            $($(#[doc = $doc])+ $kind,)*
        }

        impl Kind {
            /// The name of the template's function, which is the template file's name, and the template.
            const fn template(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$kind => ($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $file, ".rs"))),)*
                }
            }
        }

        #[cfg(test)]
        mod compiled {
            $(#[allow(non_snake_case, dead_code, clippy::print_stdout, clippy::print_stderr)]
            mod $kind {
                include!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $file, ".rs"));
            })*
        }
    };
}

// The rows: a template's first line, its kind, and its name, which is its file's and its function's.
include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Writes a handler to stdout or to the end of a file, renamed if there is a name.
pub(crate) fn write(kind: Kind, name: Option<&str>, file: Option<&Path>) -> Result<(), Error> {
    let text = text(kind, name)?;
    let failed = |path: PathBuf| move |source| Error::Write { path, source };
    match file {
        None => io::stdout().lock().write_all(text.as_bytes()).map_err(failed("stdout".into())),
        Some(path) => append(path, &text).map_err(failed(path.to_owned())),
    }
}

/// The template, with the name in the place of its own.
fn text(kind: Kind, name: Option<&str>) -> Result<String, Error> {
    let (function, template) = kind.template();
    let Some(name) = name else { return Ok(template.to_owned()) };
    let what = if kind == Kind::Channel { "struct" } else { "function" };
    if !is_name(name, "_") {
        return Err(Error::Name(name.to_owned(), what));
    }
    if is_keyword(name) {
        return Err(Error::Keyword(name.to_owned(), what));
    }
    Ok(match kind {
        Kind::Channel => template.replace("struct UserChannel", &format!("struct {name}")),
        _ => template.replace(&format!("fn {function}"), &format!("fn {name}")),
    })
}

/// Whether it is a keyword, in any edition.
fn is_keyword(name: &str) -> bool {
    const WORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false final \
        fn for gen if impl in let loop macro match mod move mut override priv pub ref return self Self static struct super \
        trait true try type typeof unsafe unsized use virtual where while yield";
    WORDS.split_whitespace().any(|word| word == name)
}

/// Adds the text to the end of a file, after an empty line. Creates the file if it doesn't exist.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let separator = if file.metadata()?.len() == 0 { "" } else { "\n" };
    file.write_all(format!("{separator}{text}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_takes_a_name() {
        for kind in Kind::value_variants() {
            let text = text(*kind, Some("given")).unwrap();
            let item = if *kind == Kind::Channel { "struct given" } else { "fn given" };
            assert!(text.contains(item), "{kind:?}: {text}");
            assert!(text.contains(&format!("centrifugo::{}", kind.template().0)), "{kind:?}: {text}");
        }
        assert!(matches!(text(Kind::Rpc, Some("no name")), Err(Error::Name(..))));
    }

    #[test]
    fn a_keyword_is_no_name() {
        for kind in [Kind::Rpc, Kind::Channel] {
            for word in ["fn", "async", "gen", "self", "Self", "crate", "true", "type", "try"] {
                assert!(matches!(text(kind, Some(word)), Err(Error::Keyword(..))), "{word}");
            }
        }
        for name in ["union", "r", "raw", "main", "Fn", "asynchronous"] {
            assert!(text(Kind::Rpc, Some(name)).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_file_is_created_and_then_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("handlers.rs");
        write(Kind::Rpc, None, Some(&path)).unwrap();
        write(Kind::Topic, Some("own"), Some(&path)).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, format!("{}\n{}", text(Kind::Rpc, None).unwrap(), text(Kind::Topic, Some("own")).unwrap()));
    }
}
