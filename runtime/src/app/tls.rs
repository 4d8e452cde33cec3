//! TLS, as the operator and the app set it.

use std::sync::Arc;

use serde_json::Value;

use super::operator::{Given, Operator, TLS_CERT_PEM, TLS_CLIENT_CA_PEM, TLS_KEY_PEM};
use crate::error::Conflict;
use crate::server::tls::Acceptor;

/// The operator's settings: each a file's name or a text in PEM.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct OperatorTls<'o> {
    pub(super) cert: Option<&'o Given>,
    pub(super) key: Option<&'o Given>,
    pub(super) client_ca: Option<&'o Given>,
}

/// TLS with a certificate that can be used.
pub(super) struct CheckedTls {
    pub(super) acceptor: Arc<Acceptor>,
    /// Whether Centrifugo must have a certificate, too.
    pub(super) is_mutual: bool,
    /// `grpc.tls` of each proxy in Centrifugo's configuration.
    pub(super) centrifugo: Value,
}

impl<'o> OperatorTls<'o> {
    pub(super) fn of(operator: &'o Operator) -> Self {
        let [cert, key, client_ca] = [&TLS_CERT_PEM, &TLS_KEY_PEM, &TLS_CLIENT_CA_PEM].map(|setting| operator.get(setting));
        Self { cert, key, client_ca }
    }
}

/// The conflict of a setting that can't be used.
pub(super) fn refused(setting: &Given, fault: &str) -> Conflict {
    Conflict::Tls { subject: format!("setting `{}`", setting.name()), fault: fault.to_owned() }
}

/// Refuses settings that would have no effect: the app would speak plain text.
#[cfg(not(feature = "tls"))]
pub(super) fn check(operator: &OperatorTls<'_>) -> Result<Option<CheckedTls>, Conflict> {
    match operator.cert.or(operator.key).or(operator.client_ca) {
        None => Ok(None),
        Some(set) => Err(refused(
            set,
            "the app is compiled without TLS: enable the feature `tls` of the crate `centrifugo`, or remove the setting",
        )),
    }
}
