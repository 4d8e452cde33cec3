//! The address to listen on, as the operator, the app and Centrifugo's configuration write it.

use std::io;
use std::net::Ipv6Addr;

use crate::error::StartError;
use crate::server::endpoint::{self, UNIX};
use crate::server::listener::Listener;

pub(crate) const DEFAULT: &str = "127.0.0.1:10001";

/// The address to listen on, and the setting that it comes from.
#[derive(Debug)]
pub(crate) struct Address {
    place: Place,
    origin: String,
}

#[derive(Debug)]
enum Place {
    /// `host:port`. The host is `0.0.0.0` for all interfaces.
    Tcp(String),
    /// The absolute path of a Unix socket.
    Unix(String),
}

impl Address {
    /// The address of the operator, with the name of its setting, of the app, or the default.
    pub(crate) fn choose(operator: Option<(&str, String)>, app: Option<&str>) -> Result<Self, StartError> {
        match (operator, app) {
            (Some((text, setting)), _) => Self::parse(text, setting),
            (None, Some(text)) => Self::parse(text, "App::listen".to_owned()),
            (None, None) => Self::parse(DEFAULT, "the default".to_owned()),
        }
    }

    /// Checks an address. `Err`: what to write.
    pub(crate) fn check(address: &str) -> Result<(), &'static str> {
        Place::parse(address).map(drop)
    }

    fn parse(address: &str, origin: String) -> Result<Self, StartError> {
        match Place::parse(address) {
            Ok(place) => Ok(Self { place, origin }),
            Err(fault) => Err(refused(address, origin, fault)),
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        match &self.place {
            Place::Tcp(text) => endpoint::tcp(text),
            Place::Unix(path) => endpoint::unix(path),
        }
    }

    /// `reuse_port`: beside other processes that listen on the same port.
    pub(crate) async fn listen(self, reuse_port: bool) -> Result<Listener, StartError> {
        let (address, listener) = match self.place {
            Place::Tcp(text) => {
                let listener = Listener::tcp(&text, reuse_port).await;
                (text, listener)
            }
            Place::Unix(path) if reuse_port => (endpoint::unix(&path), Err(has_no_port())),
            Place::Unix(path) => (endpoint::unix(&path), Listener::unix(&path).await),
        };
        listener.map_err(|source| StartError::Listen { address, origin: self.origin, source })
    }
}

/// Reads `host:port`, or `:port` for all interfaces.
pub(super) fn tcp(text: &str) -> Option<String> {
    match text.rsplit_once(':') {
        Some((host, port)) if is_host(host) && port.parse::<u16>().is_ok() => {
            let host = if host.is_empty() { "0.0.0.0" } else { host };
            Some(format!("{host}:{port}"))
        }
        _ => None,
    }
}

impl Place {
    fn parse(address: &str) -> Result<Self, &'static str> {
        if address.starts_with("unix:/") { Self::unix(address) } else { Self::tcp(address) }
    }

    /// Reads `host:port`, or `:port` for all interfaces; either may begin with `grpc://`, as in Centrifugo's configuration.
    fn tcp(address: &str) -> Result<Self, &'static str> {
        let text = address.strip_prefix("grpc://").unwrap_or(address);
        match tcp(text) {
            Some(text) => Ok(Self::Tcp(text)),
            None => Err("write `host:port`, such as `127.0.0.1:10001` or `[::1]:10001`, or `unix:///run/app.sock`"),
        }
    }

    /// Reads `unix://` and an absolute path: Centrifugo has another working directory.
    fn unix(address: &str) -> Result<Self, &'static str> {
        match address.strip_prefix(UNIX) {
            Some(path) if is_path(path) => Ok(Self::Unix(path.to_owned())),
            _ => Err("write `unix://` and a file's absolute path, such as `unix:///run/app.sock`, \
                      in ASCII without spaces, `%`, `?` and `#`"),
        }
    }
}

/// Whether it is a name, an IPv4 address, an IPv6 address in brackets, or empty.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')),
    }
}

/// Whether it is an absolute path to a file, which stands in a URL as it is: Centrifugo reads the endpoint as one.
fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'?' | b'#');
    path.starts_with('/') && !path.ends_with('/') && path.bytes().all(is_plain)
}

pub(super) fn refused(address: &str, origin: String, fault: &'static str) -> StartError {
    let source = io::Error::new(io::ErrorKind::InvalidInput, fault);
    StartError::Listen { address: address.escape_debug().to_string(), origin, source }
}

fn has_no_port() -> io::Error {
    let fault = "a Unix socket has no port to share: write `host:port`, or remove `App::reuse_port`";
    io::Error::new(io::ErrorKind::InvalidInput, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, String), String> {
        let address = Address::parse(text, "PROXY_ADDRESS".to_owned()).map_err(|error| error.to_string())?;
        let endpoint = address.endpoint();
        let (Place::Tcp(listens) | Place::Unix(listens)) = address.place;
        Ok((endpoint, listens))
    }

    #[test]
    fn an_address_is_read_in_every_form_that_people_write() {
        for (given, endpoint, listens) in [
            ("127.0.0.1:10001", "grpc://127.0.0.1:10001", "127.0.0.1:10001"),
            ("grpc://127.0.0.1:10001", "grpc://127.0.0.1:10001", "127.0.0.1:10001"),
            ("app_1.internal:80", "grpc://app_1.internal:80", "app_1.internal:80"),
            ("[::1]:10001", "grpc://[::1]:10001", "[::1]:10001"),
            (":10001", "grpc://127.0.0.1:10001", "0.0.0.0:10001"),
            ("grpc://:10001", "grpc://127.0.0.1:10001", "0.0.0.0:10001"),
            ("0.0.0.0:10001", "grpc://127.0.0.1:10001", "0.0.0.0:10001"),
            ("[::]:10001", "grpc://127.0.0.1:10001", "[::]:10001"),
            ("unix:///run/app.sock", "unix:///run/app.sock", "/run/app.sock"),
        ] {
            assert_eq!(parsed(given), Ok((endpoint.to_owned(), listens.to_owned())), "{given}");
        }
    }

    #[test]
    fn an_address_that_no_socket_can_have_is_refused_with_what_to_write() {
        for given in [
            "10001",
            "localhost",
            "http://127.0.0.1:1",
            "grpcs://a:1",
            "a:1/",
            "a:b",
            "a:70000",
            "::1:10001",
            "a b:1",
            " :1",
            "unix:app.sock",
        ] {
            let refused = parsed(given).unwrap_err();
            assert!(
                refused.starts_with(&format!("can't listen on `{given}` (PROXY_ADDRESS): write `host:port`")),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_path_that_centrifugo_would_read_in_another_way_is_refused() {
        for given in [
            "unix:/run/app.sock",
            "unix://app.sock",
            "unix://run/app.sock",
            "unix://",
            "unix:///",
            "unix:///run/",
            "unix:///run/a%20b",
            "unix:///run/a b",
            "unix:///run/a?b",
            "unix:///run/a#b",
            "unix:///run/\u{e4}",
        ] {
            let refused = parsed(given).unwrap_err();
            assert!(refused.contains("(PROXY_ADDRESS): write `unix://` and a file's absolute path"), "{refused}");
        }
    }
}
