//! Addresses, as Centrifugo's configuration has them.

pub(crate) const UNIX: &str = "unix://";

/// The endpoint of `host:port`. An address for all interfaces is reached at 127.0.0.1.
pub(crate) fn tcp(address: &str) -> String {
    let host = match address.rsplit_once(':') {
        Some(("0.0.0.0" | "[::]", port)) => format!("127.0.0.1:{port}"),
        _ => address.to_owned(),
    };
    format!("grpc://{host}")
}

/// The endpoint of a Unix socket's path.
pub(crate) fn unix(path: &str) -> String {
    format!("{UNIX}{path}")
}
