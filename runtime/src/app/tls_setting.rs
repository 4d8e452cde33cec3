//! `Tls`, the setting of the app.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::operator::{Given, Setting, TLS_CERT_PEM, TLS_CLIENT_CA_PEM, TLS_KEY_PEM};
use super::tls::{CheckedTls, OperatorTls, refused};
use crate::config::merge;
use crate::error::Conflict;
use crate::server::tls::Acceptor;
use crate::server::tls::credentials::Credentials;
use crate::server::tls::pem::{Pem, Role};

/// The certificate of the app's own server, its key, and the authority of its peers' certificates. Needs the feature `tls`.
///
/// ```no_run
/// use centrifugo::{App, Tls};
/// use serde_json::json;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), centrifugo::StartError> {
/// let centrifugo = json!({
///     "server_ca_pem": "/etc/centrifugo/ca.pem",
///     "cert_pem": "/etc/centrifugo/centrifugo.pem",
///     "key_pem": "/etc/centrifugo/centrifugo.key",
/// });
/// let tls = Tls::from_files("app.pem", "app.key").client_ca("ca.pem").centrifugo(centrifugo);
/// App::new().tls(tls).run().await
/// # }
/// ```
///
/// All texts are PEM. Certificates of intermediate authorities follow the app's own. The key is one of ECDSA (P-256, P-384),
/// Ed25519 or RSA (2048 to 8192 bits), and not encrypted.
///
/// The files are read again every two seconds. New connections use what has changed, and open ones go on. Files that can't
/// be used, because they are half written or don't fit together, change nothing, and the log has the reason.
#[derive(Debug, Clone)]
#[must_use = "it has no effect until `App::tls` takes it"]
pub struct Tls {
    cert: Pem,
    key: Pem,
    client_ca: Option<Pem>,
    centrifugo: Vec<Value>,
}

impl Tls {
    /// A certificate and its key, by the names of their files.
    pub fn from_files(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let origin = "Tls::from_files";
        Self::of(Pem::file(cert.into(), Role::Certificate, origin), Pem::file(key.into(), Role::Key, origin))
    }

    /// A certificate and its key, as texts.
    pub fn from_pem(cert: impl Into<String>, key: impl Into<String>) -> Self {
        let origin = "Tls::from_pem";
        Self::of(Pem::text(cert.into(), Role::Certificate, origin), Pem::text(key.into(), Role::Key, origin))
    }

    fn of(cert: Pem, key: Pem) -> Self {
        Self { cert, key, client_ca: None, centrifugo: Vec::new() }
    }

    /// Requires that each peer has a certificate that one of these authorities has signed: mutual TLS. `ca` is a file's name
    /// or a text, with one certificate or more.
    ///
    /// A peer without one can't call the app at all, not even its [health service](crate::operations#health). Centrifugo
    /// needs a certificate of its own then, which [`centrifugo`](Self::centrifugo) names.
    pub fn client_ca(mut self, ca: impl Into<String>) -> Self {
        self.client_ca = Some(Pem::either(ca.into(), Role::ClientCa, "Tls::client_ca"));
        self
    }

    /// Adds options to `grpc.tls` of all proxies in the [generated configuration](crate::App::centrifugo_config), which has
    /// `enabled: true` already. Files are those of Centrifugo's machine.
    ///
    /// | option | meaning |
    /// |---|---|
    /// | `server_ca_pem` | the authority that has signed the app's certificate: a file's name or a text. Without it, Centrifugo trusts the authorities of its system. If the app's certificate is self-signed, the generated configuration has its text here |
    /// | `server_name` | the name in the app's certificate, if it isn't the endpoint's host, which is `localhost` for a Unix socket |
    /// | `cert_pem`, `key_pem` | Centrifugo's own certificate and its key, which it needs if the app has a [`client_ca`](Self::client_ca) |
    pub fn centrifugo(mut self, options: Value) -> Self {
        self.centrifugo.push(options);
        self
    }

    /// The app's own values, as the listing of the settings shows them.
    pub(super) fn listed(&self) -> impl Iterator<Item = (&'static Setting, String)> {
        let all = [
            (&TLS_CERT_PEM, Some(&self.cert)),
            (&TLS_KEY_PEM, Some(&self.key)),
            (&TLS_CLIENT_CA_PEM, self.client_ca.as_ref()),
        ];
        all.into_iter().filter_map(|(setting, pem)| Some((setting, pem?.to_string())))
    }

    /// TLS as the operator or the app sets it, checked.
    pub(super) fn check(operator: OperatorTls<'_>, app: Option<&Self>) -> Result<Option<CheckedTls>, Conflict> {
        Self::choose(operator, app)?.map(Self::checked).transpose()
    }

    /// The operator's TLS, or the app's. The operator's takes precedence. A certificate of the operator leaves the app's
    /// other settings, above all that peers need certificates.
    fn choose(OperatorTls { cert, key, client_ca }: OperatorTls<'_>, app: Option<&Self>) -> Result<Option<Self>, Conflict> {
        let tls = match (Self::of_operator(cert, key)?, app) {
            (Some(Self { cert, key, .. }), Some(app)) => Some(Self { cert, key, ..app.clone() }),
            (tls, app) => tls.or_else(|| app.cloned()),
        };
        match (tls, client_ca) {
            (tls, None) => Ok(tls),
            (Some(tls), Some(ca)) => Ok(Some(Self { client_ca: Some(pem(ca, Role::ClientCa)), ..tls })),
            (None, Some(ca)) => Err(refused(ca, "the app has no certificate: set `PROXY_TLS_CERT_PEM` as well")),
        }
    }

    fn of_operator(cert: Option<&Given>, key: Option<&Given>) -> Result<Option<Self>, Conflict> {
        match (cert, key) {
            (Some(cert), Some(key)) => Ok(Some(Self::of(pem(cert, Role::Certificate), pem(key, Role::Key)))),
            (Some(cert), None) => Err(refused(cert, "there is no `PROXY_TLS_KEY_PEM`, the certificate's key")),
            (None, Some(key)) => Err(refused(key, "there is no `PROXY_TLS_CERT_PEM`, the key's certificate")),
            (None, None) => Ok(None),
        }
    }

    /// Reads the files, and checks that all of it fits together.
    fn checked(self) -> Result<CheckedTls, Conflict> {
        let Self { cert, key, client_ca, centrifugo } = self;
        let is_mutual = client_ca.is_some();
        let acceptor = Acceptor::new(Credentials { cert, key, client_ca })?;
        let centrifugo = options_of_proxies(acceptor.self_signed(), centrifugo)?;
        Ok(CheckedTls { acceptor: Arc::new(acceptor), is_mutual, centrifugo })
    }
}

fn pem(setting: &Given, role: Role) -> Pem {
    Pem::either(setting.text().to_owned(), role, setting.name())
}

/// `grpc.tls` of Centrifugo's proxies. `self_signed`: the app's certificate, if Centrifugo can trust only that itself.
fn options_of_proxies(self_signed: Option<&str>, more: Vec<Value>) -> Result<Value, Conflict> {
    let mut options = json!({ "enabled": true });
    if let Some(cert) = self_signed {
        options["server_ca_pem"] = cert.into();
    }
    for more in more {
        if !more.is_object() {
            let fault = "they have to be a JSON object, such as `json!({ \"server_name\": \"app.internal\" })`";
            return Err(Conflict::Tls { subject: "options of `Tls::centrifugo`".to_owned(), fault: fault.to_owned() });
        }
        merge(&mut options, more);
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::super::operator::Operator;
    use super::*;

    const TEXT: &str = "-----BEGIN CERTIFICATE-----";

    const NAMES: [&str; 3] = ["PROXY_TLS_CERT_PEM", "PROXY_TLS_KEY_PEM", "PROXY_TLS_CLIENT_CA_PEM"];

    /// Chooses, and returns the certificate, the key, the client CA and the options, as they are shown.
    fn chosen(values: [Option<&str>; 3], app: Option<Tls>) -> Result<Option<[String; 4]>, String> {
        let set = NAMES.iter().zip(values).filter_map(|(name, value)| Some((name.into(), value?.into())));
        let operator = Operator::of(set);
        let tls = Tls::choose(OperatorTls::of(&operator), app.as_ref()).map_err(|error| error.to_string())?;
        Ok(tls.map(|Tls { cert, key, client_ca, centrifugo }| {
            let ca = client_ca.map(|ca| ca.to_string()).unwrap_or_default();
            [cert.to_string(), key.to_string(), ca, json!(centrifugo).to_string()]
        }))
    }

    fn app() -> Option<Tls> {
        Some(Tls::from_files("app.pem", "app.key").client_ca("ca.pem").centrifugo(json!({ "server_name": "app" })))
    }

    fn shown(parts: [&str; 4]) -> Result<Option<[String; 4]>, String> {
        Ok(Some(parts.map(str::to_owned)))
    }

    #[test]
    fn the_operator_takes_precedence_and_leaves_what_it_does_not_set() {
        let options = r#"[{"server_name":"app"}]"#;
        let [cert, key, ca] = [
            "certificate in `app.pem` (`Tls::from_files`)",
            "key in `app.key` (`Tls::from_files`)",
            "client CA in `ca.pem` (`Tls::client_ca`)",
        ];
        assert_eq!(chosen([None; 3], None), Ok(None));
        assert_eq!(chosen([None; 3], app()), shown([cert, key, ca, options]));
        let (set, set_key) = ("certificate (`PROXY_TLS_CERT_PEM`)", "key in `set.key` (`PROXY_TLS_KEY_PEM`)");
        assert_eq!(chosen([Some(TEXT), Some("set.key"), None], app()), shown([set, set_key, ca, options]));
        assert_eq!(chosen([Some(TEXT), Some("set.key"), None], None), shown([set, set_key, "", "[]"]));
        let set_ca = "client CA in `set.pem` (`PROXY_TLS_CLIENT_CA_PEM`)";
        assert_eq!(chosen([None, None, Some("set.pem")], app()), shown([cert, key, set_ca, options]));
        assert_eq!(chosen([Some(TEXT), Some("set.key"), Some("set.pem")], None), shown([set, set_key, set_ca, "[]"]));
    }

    #[test]
    fn a_setting_without_its_counterpart_is_refused() {
        for (variables, app, fault) in [
            ([Some("a"), None, None], app(), "`PROXY_TLS_CERT_PEM` can't be used: there is no `PROXY_TLS_KEY_PEM`"),
            ([None, Some("a"), None], None, "`PROXY_TLS_KEY_PEM` can't be used: there is no `PROXY_TLS_CERT_PEM`"),
            ([None, None, Some("a")], None, "`PROXY_TLS_CLIENT_CA_PEM` can't be used: the app has no certificate"),
        ] {
            let refused = chosen(variables, app).unwrap_err();
            assert!(refused.starts_with(&format!("the setting {fault}")), "{refused}");
        }
    }

    #[test]
    fn later_options_take_precedence_and_the_app_s_own_certificate_is_the_last_resort() {
        let options = |self_signed, more: &[Value]| options_of_proxies(self_signed, more.to_vec()).unwrap();
        assert_eq!(options(None, &[]), json!({ "enabled": true }));
        assert_eq!(options(Some("text"), &[]), json!({ "enabled": true, "server_ca_pem": "text" }));
        let more = [json!({ "server_ca_pem": "ca.pem", "server_name": "a" }), json!({ "server_name": null })];
        assert_eq!(options(Some("text"), &more), json!({ "enabled": true, "server_ca_pem": "ca.pem" }));
        let refused = options_of_proxies(None, vec![json!("ca.pem")]).unwrap_err().to_string();
        assert!(refused.starts_with("the options of `Tls::centrifugo` can't be used: they have to be"), "{refused}");
    }

    #[test]
    fn a_text_is_never_shown() {
        let tls = Tls::from_pem(format!("{TEXT} cert"), format!("{TEXT} key")).client_ca(format!("{TEXT} ca"));
        let shown = format!("{tls:?}");
        assert!(!shown.contains(TEXT) && shown.contains("key (`Tls::from_pem`)"), "{shown}");
    }
}
