//! The address that the app listens on, as the operator, the app and Centrifugo's configuration write it.

use std::env;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::error::StartError;

const DEFAULT: &str = "127.0.0.1:10001";

/// The address to listen on, and the setting that it comes from.
#[derive(Debug)]
pub(crate) struct Address {
    /// `host:port`. The host is `0.0.0.0` for all interfaces.
    text: String,
    origin: &'static str,
}

impl Address {
    /// The address from the environment, the app, or the default. The environment is the operator's, so it takes precedence.
    pub(crate) fn choose(app: Option<&str>) -> Result<Self, StartError> {
        let environment = env::var_os("PROXY_ADDRESS").map(|text| text.to_string_lossy().into_owned());
        match (environment.filter(|text| !text.is_empty()), app) {
            (Some(text), _) => Self::parse(&text, "PROXY_ADDRESS"),
            (None, Some(text)) => Self::parse(text, "App::listen"),
            (None, None) => Self::parse(DEFAULT, "the default"),
        }
    }

    /// Reads `host:port`, or `:port` for all interfaces; either may begin with `grpc://`, as in Centrifugo's configuration.
    fn parse(address: &str, origin: &'static str) -> Result<Self, StartError> {
        let text = address.strip_prefix("grpc://").unwrap_or(address);
        match text.rsplit_once(':') {
            Some((host, port)) if is_host(host) && port.parse::<u16>().is_ok() => {
                let host = if host.is_empty() { "0.0.0.0" } else { host };
                Ok(Self { text: format!("{host}:{port}"), origin })
            }
            _ => Err(refused(address, origin)),
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        endpoint(&self.text)
    }

    pub(crate) async fn listen(self) -> Result<Listener, StartError> {
        let Self { text, origin } = self;
        let listen = async || {
            let socket = TcpListener::bind(&text).await?;
            socket.local_addr().map(|address| Listener { socket, address })
        };
        listen().await.map_err(|source| StartError::Listen { address: text, origin, source })
    }
}

/// Whether it is a name, an IPv4 address, an IPv6 address in brackets, or empty.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')),
    }
}

fn refused(address: &str, origin: &'static str) -> StartError {
    let fault = "write `host:port`, such as `127.0.0.1:10001` or `[::1]:10001`";
    let source = io::Error::new(io::ErrorKind::InvalidInput, fault);
    StartError::Listen { address: address.escape_debug().to_string(), origin, source }
}

/// A listening socket, and its address: port 0 has become the port that the system picked.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub(crate) fn socket(&self) -> &TcpListener {
        &self.socket
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn endpoint(&self) -> String {
        endpoint(&self.address.to_string())
    }
}

/// The address as Centrifugo's configuration has it. One for all interfaces is reached at 127.0.0.1.
fn endpoint(address: &str) -> String {
    let host = match address.rsplit_once(':') {
        Some(("0.0.0.0" | "[::]", port)) => format!("127.0.0.1:{port}"),
        _ => address.to_owned(),
    };
    format!("grpc://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, String), String> {
        let address = Address::parse(text, "PROXY_ADDRESS").map_err(|error| error.to_string())?;
        Ok((address.endpoint(), address.text))
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
        ] {
            let refused = parsed(given).unwrap_err();
            assert!(
                refused.starts_with(&format!("can't listen on `{given}` (PROXY_ADDRESS): write `host:port`")),
                "{refused}"
            );
        }
    }
}
