//! The address that serves metrics, as the operator and the app write it.

use std::io;

use crate::error::StartError;
use crate::server::address::{refused, tcp};

/// What to write for one that is not valid.
const FORM: &str = "write `host:port`, such as `127.0.0.1:9100`";

/// The address that serves metrics, and the setting that it comes from.
#[derive(Debug)]
pub(crate) struct MetricsAddress {
    /// `host:port`. The host is `0.0.0.0` for all interfaces.
    pub(super) text: String,
    origin: String,
}

impl MetricsAddress {
    /// The address of the operator, with the name of its setting, or of the app, if there is one.
    pub(crate) fn choose(operator: Option<(&str, String)>, app: Option<&str>) -> Result<Option<Self>, StartError> {
        match (operator, app) {
            (Some((text, setting)), _) => Self::parse(text, setting).map(Some),
            (None, Some(text)) => Self::parse(text, "App::prometheus".to_owned()).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Checks an address. `Err`: what to write.
    pub(crate) fn check(address: &str) -> Result<(), &'static str> {
        tcp(address).map(drop).ok_or(FORM)
    }

    fn parse(address: &str, origin: String) -> Result<Self, StartError> {
        match tcp(address) {
            Some(text) => Ok(Self { text, origin }),
            None => Err(refused(address, origin, FORM)),
        }
    }

    /// The error of an address on which the app can't listen.
    pub(super) fn failed(self, source: io::Error) -> StartError {
        StartError::Listen { address: self.text, origin: self.origin, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        let parsed = |text| MetricsAddress::parse(text, "App::prometheus".to_owned()).map(|address| address.text);
        assert_eq!(parsed("127.0.0.1:9100").unwrap(), "127.0.0.1:9100");
        assert_eq!(parsed(":9100").unwrap(), "0.0.0.0:9100");
        for refused in ["9100", "http://127.0.0.1:9100", "127.0.0.1:9100/metrics", "unix:///run/metrics.sock"] {
            let error = parsed(refused).unwrap_err().to_string();
            let expected = format!("can't listen on `{refused}` (App::prometheus): write `host:port`");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}
