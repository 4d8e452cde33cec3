//! A new handler.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::Error;

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A client connects.
    Connect,
    /// A connection is about to expire.
    Refresh,
    /// A client subscribes to a channel, by pattern.
    Topic,
    /// A client subscribes to any channel.
    Subscribe,
    /// A subscription is about to expire.
    SubRefresh,
    /// A client publishes.
    Publish,
    /// A client calls a method.
    Rpc,
    /// A client subscribes to a stream.
    Stream,
    /// A client sets a key of a map channel.
    MapPublish,
    /// A client removes a key of a map channel.
    MapRemove,
    /// Centrifugo polls keys for all who track them.
    SharedPoll,
    /// A channel's cache is empty (PRO).
    CacheEmpty,
    /// A channel got its first subscriber, or lost its last one (PRO).
    ChannelState,
    /// A function around handlers.
    Interceptor,
    /// The function that hears of failures.
    ErrorHandler,
    /// A typed channel.
    Channel,
}

macro_rules! templates {
    ($($kind:ident => $file:literal),*) => {
        impl Kind {
            /// The template. Its name is what the template's own function is called.
            const fn template(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$kind => ($file, include_str!(concat!("../templates/", $file, ".rs"))),)*
                }
            }
        }

        #[cfg(test)]
        mod compiled {
            $(#[allow(non_snake_case, dead_code, clippy::print_stdout, clippy::print_stderr)]
            mod $kind {
                include!(concat!("../templates/", $file, ".rs"));
            })*
        }
    };
}

templates! {
    Connect => "connect",
    Refresh => "refresh",
    Topic => "topic",
    Subscribe => "subscribe",
    SubRefresh => "sub_refresh",
    Publish => "publish",
    Rpc => "rpc",
    Stream => "stream",
    MapPublish => "map_publish",
    MapRemove => "map_remove",
    SharedPoll => "shared_poll",
    CacheEmpty => "cache_empty",
    ChannelState => "channel_state",
    Interceptor => "interceptor",
    ErrorHandler => "error_handler",
    Channel => "channel"
}

/// Writes it, under a name of its own if one is given.
pub(crate) fn write(kind: Kind, name: Option<&str>, file: Option<&Path>) -> Result<(), Error> {
    let text = text(kind, name)?;
    let failed = |path: PathBuf| move |source| Error::Write { path, source };
    match file {
        None => io::stdout().lock().write_all(text.as_bytes()).map_err(failed("stdout".into())),
        Some(path) => append(path, &text).map_err(failed(path.to_owned())),
    }
}

fn text(kind: Kind, name: Option<&str>) -> Result<String, Error> {
    let (own, template) = kind.template();
    let Some(name) = name else { return Ok(template.to_owned()) };
    let what = if kind == Kind::Channel { "struct" } else { "function" };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(Error::Name(name.to_owned(), what));
    }
    Ok(match kind {
        Kind::Channel => template.replace("struct UserChannel", &format!("struct {name}")),
        _ => template.replace(&format!("fn {own}"), &format!("fn {name}")),
    })
}

/// Behind what is there, with an empty line between.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let between = if file.metadata()?.len() == 0 { "" } else { "\n" };
    file.write_all(format!("{between}{text}").as_bytes())
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
    fn a_file_is_made_and_then_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("handlers.rs");
        write(Kind::Rpc, None, Some(&path)).unwrap();
        write(Kind::Topic, Some("own"), Some(&path)).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, format!("{}\n{}", text(Kind::Rpc, None).unwrap(), text(Kind::Topic, Some("own")).unwrap()));
    }
}
