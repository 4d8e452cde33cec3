//! The check of the app at its start, which reports every conflict at once.

use super::App;
use super::operator::Operator;
use super::secret::SecretSetting;
#[cfg(not(feature = "tls"))]
use super::tls;
use super::tls::{CheckedTls, OperatorTls};
#[cfg(feature = "tls")]
use super::tls_setting::Tls;
use crate::config::subscription_type;
use crate::dispatch::failure::ErrorHandler;
use crate::dispatch::secret::Secret;
use crate::error::{Conflict, StartError};
use crate::handler::router::Routes;
use crate::http_bridge::Http;
use crate::registry::Registry;
use crate::registry::forwardable;

/// The parts of an app that has no conflicts.
pub(super) struct Checked {
    pub(super) registry: Registry,
    pub(super) routes: Routes,
    pub(super) secret: Option<Secret>,
    pub(super) tls: Option<CheckedTls>,
}

impl App {
    /// Builds the registry and the routes, or returns every conflict.
    pub(super) fn check(&self, operator: &Operator) -> Result<Checked, StartError> {
        self.check_except(operator, |_| false)
    }

    /// The same, for an app that doesn't have its states yet.
    pub(super) fn check_without_states(&self, operator: &Operator) -> Result<Checked, StartError> {
        self.check_except(operator, Conflict::is_missing_state)
    }

    fn check_except(&self, operator: &Operator, is_ignored: fn(&Conflict) -> bool) -> Result<Checked, StartError> {
        if self.handlers.is_empty() {
            return Err(StartError::NoHandlers);
        }
        let mut conflicts = operator.faults().to_vec();
        let (registry, routes) = Registry::new(&self.handlers, &self.interceptors, &self.states, &mut conflicts);
        subscription_type::check(&registry, &mut conflicts);
        conflicts.extend(self.check_error_handlers());
        conflicts.extend(Self::check_reflection(operator));
        conflicts.extend(Self::check_has_engine(operator));
        let secret = self.check_settings(operator, &mut conflicts);
        let tls = self.check_tls(operator).unwrap_or_else(|conflict| {
            conflicts.push(conflict);
            None
        });
        conflicts.retain(|conflict| !is_ignored(conflict));
        if conflicts.is_empty() {
            Ok(Checked { registry, routes, secret, tls })
        } else {
            Err(StartError::Conflicts(conflicts))
        }
    }

    fn check_error_handlers(&self) -> Option<Conflict> {
        match self.error_handlers.as_slice() {
            [ErrorHandler { at: Some(first), .. }, ErrorHandler { at: Some(second), .. }, ..] => {
                Some(Conflict::ErrorHandlers { first: *first, second: *second })
            }
            _ => None,
        }
    }

    /// Checks everything except the handlers. Returns the secret, if the app has one that Centrifugo can send.
    fn check_settings(&self, operator: &Operator, conflicts: &mut Vec<Conflict>) -> Option<Secret> {
        for (names, at) in [
            (&self.settings.http_headers, "`App::http_headers`"),
            (&self.settings.emulated_headers, "`App::emulated_headers`"),
        ] {
            conflicts.extend(names.iter().filter_map(|name| forwardable::check(name, at).err()));
        }
        for namespace in &self.settings.namespaces {
            if !centrifugo_pattern::is_namespace(namespace) {
                conflicts.push(Conflict::Namespace { namespace: namespace.clone() });
            }
        }
        conflicts.extend(self.http.as_ref().and_then(Http::conflict).cloned());
        self.check_secret(operator).unwrap_or_else(|conflict| {
            conflicts.push(conflict);
            None
        })
    }

    #[cfg(feature = "tls")]
    fn check_tls(&self, operator: &Operator) -> Result<Option<CheckedTls>, Conflict> {
        Tls::check(OperatorTls::of(operator), self.tls.as_ref())
    }

    #[cfg(not(feature = "tls"))]
    fn check_tls(&self, operator: &Operator) -> Result<Option<CheckedTls>, Conflict> {
        tls::check(&OperatorTls::of(operator))
    }

    fn check_secret(&self, operator: &Operator) -> Result<Option<Secret>, Conflict> {
        let Some(setting) = SecretSetting::choose(operator, self.secret.as_ref())? else { return Ok(None) };
        let secret = setting.check()?;
        let mut forwarded = self.settings.http_headers.iter().chain(&self.settings.emulated_headers);
        if forwarded.any(|listed| secret.name().as_str().eq_ignore_ascii_case(listed)) {
            let fault = "it is also forwarded from clients, and Centrifugo would append their value to the secret";
            return Err(Conflict::Header { header: secret.name().to_string(), fault, at: setting.at() });
        }
        Ok(Some(secret))
    }
}
