//! A new handler.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::Error;

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Handler {
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
    /// Channels got their first subscriber, or lost their last one (PRO).
    ChannelState,
    /// A function around handlers.
    Interceptor,
    /// The function that hears of failures.
    ErrorHandler,
    /// A typed channel.
    Channel,
}

macro_rules! templates {
    ($($handler:ident => $file:literal),*) => {
        impl Handler {
            /// The template. Its name is what the template's own function is called.
            const fn template(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$handler => ($file, include_str!(concat!("../templates/", $file, ".rs"))),)*
                }
            }
        }

        #[cfg(test)]
        mod compiled {
            $(#[allow(non_snake_case, dead_code, clippy::print_stdout, clippy::print_stderr)]
            mod $handler {
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
pub(crate) fn write(handler: Handler, name: Option<&str>, file: Option<&Path>) -> Result<(), Error> {
    let text = text(handler, name)?;
    let failed = |path: PathBuf| move |source| Error::Write { path, source };
    match file {
        None => io::stdout().lock().write_all(text.as_bytes()).map_err(failed("stdout".into())),
        Some(path) => append(path, &text).map_err(failed(path.to_owned())),
    }
}

fn text(handler: Handler, name: Option<&str>) -> Result<String, Error> {
    let (own, template) = handler.template();
    let Some(name) = name else { return Ok(template.to_owned()) };
    let what = if handler == Handler::Channel { "struct" } else { "function" };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(Error::Name(name.to_owned(), what));
    }
    Ok(match handler {
        Handler::Channel => template.replace("struct UserChannel", &format!("struct {name}")),
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
        for handler in Handler::value_variants() {
            let text = text(*handler, Some("given")).unwrap();
            let item = if *handler == Handler::Channel { "struct given" } else { "fn given" };
            assert!(text.contains(item), "{handler:?}: {text}");
            assert!(text.contains(&format!("centrifugo::{}", handler.template().0)), "{handler:?}: {text}");
        }
        assert!(matches!(text(Handler::Rpc, Some("no name")), Err(Error::Name(..))));
    }

    #[test]
    fn a_file_is_made_and_then_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("handlers.rs");
        write(Handler::Rpc, None, Some(&path)).unwrap();
        write(Handler::Topic, Some("own"), Some(&path)).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            written,
            format!("{}\n{}", text(Handler::Rpc, None).unwrap(), text(Handler::Topic, Some("own")).unwrap())
        );
    }
}
