//! The check of the app at its start, which reports every conflict at once.

use super::App;
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
}

impl App {
    /// Builds the registry and the routes, or returns every conflict.
    pub(super) fn check(&self) -> Result<Checked, StartError> {
        self.check_except(|_| false)
    }

    /// The same, for an app that doesn't have its states yet.
    pub(super) fn check_without_states(&self) -> Result<Checked, StartError> {
        self.check_except(Conflict::is_missing_state)
    }

    fn check_except(&self, is_ignored: fn(&Conflict) -> bool) -> Result<Checked, StartError> {
        if self.handlers.is_empty() {
            return Err(StartError::NoHandlers);
        }
        let mut conflicts = Vec::new();
        let (registry, routes) = Registry::new(&self.handlers, &self.interceptors, &self.states, &mut conflicts);
        subscription_type::check(&registry, &mut conflicts);
        conflicts.extend(self.check_error_handlers());
        let secret = self.check_settings(&mut conflicts);
        conflicts.retain(|conflict| !is_ignored(conflict));
        if conflicts.is_empty() { Ok(Checked { registry, routes, secret }) } else { Err(StartError::Conflicts(conflicts)) }
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
    fn check_settings(&self, conflicts: &mut Vec<Conflict>) -> Option<Secret> {
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
        let (name, value) = self.settings.secret.as_ref()?;
        match self.check_secret(name, value) {
            Ok(secret) => Some(secret),
            Err(conflict) => {
                conflicts.push(conflict);
                None
            }
        }
    }

    fn check_secret(&self, name: &str, value: &str) -> Result<Secret, Conflict> {
        let refuse = |fault| Conflict::Header { header: name.to_owned(), fault, at: "`App::secret`".to_owned() };
        let header = forwardable::check(name, "`App::secret`")?;
        if value.is_empty() || !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) || value.trim() != value {
            return Err(refuse("its value is empty, is not printable ASCII, or starts or ends with a space"));
        }
        let mut forwarded = self.settings.http_headers.iter().chain(&self.settings.emulated_headers);
        if forwarded.any(|listed| header.as_str().eq_ignore_ascii_case(listed)) {
            return Err(refuse("it is also forwarded from clients, and Centrifugo would append their value to the secret"));
        }
        Ok(Secret::new(header, value.to_owned()))
    }
}
