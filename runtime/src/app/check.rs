//! What an app is told at its start: everything that is wrong with it, at once.

use super::App;
use crate::config::subscription_type;
use crate::dispatch::failure::ErrorHandler;
use crate::dispatch::secret::Secret;
use crate::error::{Conflict, StartError};
use crate::handler::router::Routes;
use crate::http_bridge::Http;
use crate::registry::Registry;
use crate::registry::forwardable;

/// What an app consists of, once nothing is wrong with it.
pub(super) struct Checked {
    pub(super) registry: Registry,
    pub(super) routes: Routes,
    pub(super) secret: Option<Secret>,
}

impl App {
    /// Puts the handlers together, and tells everything that is wrong at once.
    pub(super) fn check(&self) -> Result<Checked, StartError> {
        self.check_but(|_| false)
    }

    /// The same before the app has its states.
    pub(super) fn check_without_states(&self) -> Result<Checked, StartError> {
        self.check_but(Conflict::is_missing_state)
    }

    fn check_but(&self, is_passed: fn(&Conflict) -> bool) -> Result<Checked, StartError> {
        if self.handlers.is_empty() {
            return Err(StartError::NoHandlers);
        }
        let mut conflicts = Vec::new();
        let (registry, routes) = Registry::new(&self.handlers, &self.interceptors, &self.states, &mut conflicts);
        subscription_type::check(&registry, &mut conflicts);
        conflicts.extend(self.check_error_handlers());
        let secret = self.check_settings(&mut conflicts);
        conflicts.retain(|conflict| !is_passed(conflict));
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

    /// Looks at everything but the handlers. The secret, if there is one that can be sent.
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
            return Err(refuse("its value isn't printable ASCII, or is empty"));
        }
        let mut forwarded = self.settings.http_headers.iter().chain(&self.settings.emulated_headers);
        if forwarded.any(|listed| header.as_str().eq_ignore_ascii_case(listed)) {
            return Err(refuse("it is forwarded from clients, too: Centrifugo would append theirs to it"));
        }
        Ok(Secret::new(header, value.to_owned()))
    }
}
