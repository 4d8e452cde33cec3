//! The operator's settings, from the environment and from a file: they take precedence over the app's own.
//!
//! `list` has all settings, and everything else follows from it: the environment is read here, a file by `file`, and
//! `listing` writes all of them with their values. `setting` knows the forms of values.

mod file;
mod list;
mod listing;
mod setting;

use std::env;
use std::ffi::OsString;
use std::fmt;

use centrifugo_pattern::nearest;

pub(crate) use self::list::{
    ADDRESS, ENGINE, METRICS_ADDRESS, PRINT_CONFIG, PRINT_SETTINGS, REFLECTION, REUSE_PORT, SECRET, SECRET_PREVIOUS,
    STANDALONE, TLS_CERT_PEM, TLS_CLIENT_CA_PEM, TLS_KEY_PEM,
};
#[cfg(feature = "logs")]
pub(crate) use self::list::{NO_COLOR, RUST_LOG};
use self::list::{SETTINGS, SETTINGS_FILE};
pub(crate) use self::listing::AppSettings;
pub(crate) use self::setting::Setting;
use self::setting::{PREFIX, flag};
use crate::error::Conflict;
use crate::server::Limits;

/// Beginnings of names that no other program has: a variable with one of them is a misspelt setting.
const OWN: [&str; 5] = ["PROXY_MAX_", "PROXY_METRICS_", "PROXY_PRINT_", "PROXY_SECRET_", "PROXY_TLS_"];

/// The settings that the operator has set, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Operator {
    /// Those of the environment come first, because they take precedence.
    given: Vec<Given>,
    faults: Vec<Conflict>,
    /// Variables with this crate's prefix that are no settings. They may be another program's.
    strangers: Vec<String>,
}

/// A setting that is set. Its value has the right form.
pub(crate) struct Given {
    setting: &'static Setting,
    text: String,
    origin: Origin,
}

/// The place of a setting.
#[derive(Debug, Clone)]
enum Origin {
    Environment,
    File { path: String, line: usize },
}

impl Operator {
    /// Reads the environment, and the file that it names.
    pub(crate) fn read() -> Self {
        Self::of(env::vars_os())
    }

    /// The same of these variables.
    pub(super) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut operator = Self::default();
        for (name, value) in variables {
            if let Some(name) = name.to_str() {
                operator.variable(name, value);
            }
        }
        if let Some(path) = operator.get(&SETTINGS_FILE).map(|given| given.text.clone()) {
            operator.file(&path);
        }
        operator
    }

    fn variable(&mut self, name: &str, value: OsString) {
        match SETTINGS.iter().find(|setting| setting.variable == name) {
            Some(setting) => match value.into_string() {
                Ok(text) => self.set(setting, text, Origin::Environment),
                Err(_) => self.fault(name, "is no UTF-8: write it anew"),
            },
            None if name.starts_with(PREFIX) => self.unknown_variable(name),
            None => {}
        }
    }

    fn unknown_variable(&mut self, name: &str) {
        let ours = SETTINGS.iter().map(|setting| setting.variable).filter(|variable| variable.starts_with(PREFIX));
        match nearest(name, ours) {
            Some(meant) => self.fault(name, format!("doesn't exist: did you mean `{meant}`?")),
            None if OWN.iter().any(|own| name.starts_with(own)) => {
                self.fault(name, "doesn't exist: `PROXY_PRINT_SETTINGS=1` prints all that do");
            }
            None => self.strangers.push(name.to_owned()),
        }
    }

    fn file(&mut self, path: &str) {
        match file::read(path) {
            Ok(entries) => entries.into_iter().for_each(|entry| self.entry(path, entry)),
            Err(fault) => self.fault(SETTINGS_FILE.variable, format!("can't be `{}`: {fault}", path.escape_debug())),
        }
    }

    fn entry(&mut self, path: &str, file::Entry { key, line, value }: file::Entry) {
        let (origin, at) = (Origin::File { path: path.to_owned(), line }, format!("{key} in {path}:{line}"));
        let known = || SETTINGS.iter().filter_map(|setting| Some((setting.key()?, *setting)));
        match (known().find(|(known, _)| *known == key), value) {
            (Some((_, setting)), Ok(text)) => self.set(setting, text, origin),
            (Some(_), Err(kind)) => self.fault(&at, format!("can't be {kind}: write a text in quotes or a whole number")),
            (None, _) => {
                let keys: Vec<_> = known().map(|(key, _)| key).collect();
                let lower = key.to_ascii_lowercase();
                let name = lower.strip_prefix(&PREFIX.to_ascii_lowercase()).unwrap_or(&lower);
                self.fault(
                    &at,
                    match nearest(name, keys.iter().map(String::as_str)) {
                        Some(meant) => format!("doesn't exist: did you mean `{meant}`?"),
                        None => format!("doesn't exist: a file may have {}", keys.join(", ")),
                    },
                );
            }
        }
    }

    /// Stores a value, or what is wrong with it. An empty one is none, except where it would leave the app unprotected.
    fn set(&mut self, setting: &'static Setting, text: String, origin: Origin) {
        if text.is_empty() && !setting.is_protection() {
            return;
        }
        let given = Given { setting, text, origin };
        match setting.check(&given.text) {
            Ok(()) => self.given.push(given),
            Err(fault) => self.fault(&given.name(), format!("can't be `{}`: {fault}", given.text.escape_debug())),
        }
    }

    fn fault(&mut self, setting: &str, fault: impl Into<String>) {
        self.faults.push(Conflict::Setting { setting: setting.escape_debug().to_string(), fault: fault.into() });
    }

    pub(crate) fn get(&self, setting: &Setting) -> Option<&Given> {
        self.given.iter().find(|given| given.setting.variable == setting.variable)
    }

    pub(crate) fn is_on(&self, setting: &Setting) -> bool {
        self.get(setting).is_some_and(|given| flag(&given.text) == Ok(true))
    }

    /// What is wrong with the settings.
    pub(crate) fn faults(&self) -> &[Conflict] {
        &self.faults
    }

    /// The limits, of which the operator's settings replace the app's.
    pub(crate) fn limits(&self, mut limits: Limits) -> Limits {
        // The file first, as the environment takes precedence. The values have been checked.
        for given in self.given.iter().rev() {
            let _ = given.setting.apply(&given.text, &mut limits);
        }
        limits
    }

    /// Warns of variables that look like settings.
    pub(crate) fn warn_of_strangers(&self) {
        if !self.strangers.is_empty() {
            let names = self.strangers.join(", ").escape_debug().to_string();
            tracing::warn!("no settings, unless of another program: {names}; `PROXY_PRINT_SETTINGS=1` prints all that are");
        }
    }
}

impl Given {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The setting by the name that it has in its place: the variable's, or the key with file and line.
    pub(crate) fn name(&self) -> String {
        match (&self.origin, self.setting.key()) {
            (Origin::File { .. }, Some(key)) => format!("{key} in {}", self.origin),
            _ => self.setting.variable.to_owned(),
        }
    }
}

/// The value is left out, because some are secrets.
impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("the environment"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    pub(super) fn operator(variables: &[(&str, &str)]) -> Operator {
        Operator::of(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn faults(variables: &[(&str, &str)]) -> Vec<String> {
        operator(variables).faults().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_limits_of_the_environment_replace_the_apps() {
        let limits = operator(&[
            ("PROXY_MAX_CONNECTIONS", "7"),
            ("PROXY_MAX_MESSAGE_SIZE", "64KiB"),
            ("PROXY_TIMEOUT", "1.5s"),
            ("PROXY_DRAIN_TIMEOUT", "0s"),
            ("PROXY_BODY_TIMEOUT", ""),
        ]);
        let app = Limits { connections: 1, running_calls: 2, body: Duration::from_secs(3), ..Limits::default() };
        let limits = limits.limits(app);
        assert_eq!((limits.connections, limits.running_calls, limits.message_size), (7, 2, 64 << 10));
        assert_eq!((limits.call, limits.drain), (Some(Duration::from_millis(1500)), Duration::ZERO));
        assert_eq!(limits.body, Duration::from_secs(3));
    }

    #[test]
    fn all_that_is_wrong_is_reported_together_with_what_to_write() {
        let mistakes = [
            ("PROXY_ADDRESS", "http://x", "can't be `http://x`: write `host:port`"),
            ("PROXY_MAX_CONNECTIONS", "many", "can't be `many`: write a whole number, such as `4096`"),
            ("PROXY_MAX_RUNNING_CALLS", "0", "can't be `0`: write at least `1`"),
            ("PROXY_MAX_CONCURRENT_CALLS", "99999999999", "can't be `99999999999`: write a smaller number"),
            ("PROXY_MAX_UNSENT_BYTES", "64MB", "can't be `64MB`: write `64MiB`"),
            ("PROXY_MAX_MESSAGE_SIZE", "4µB", "can't be `4µB`: write a number of bytes above zero"),
            ("PROXY_MAX_UNFINISHED_BYTES", "-1", "can't be `-1`: write a number of bytes above zero"),
            ("PROXY_BODY_TIMEOUT", "10", "can't be `10`: `10` has no unit: write `10ms` or `10s`"),
            ("PROXY_TIMEOUT", "0s", "can't be `0s`: write at least `1ms`"),
            ("PROXY_PRINT_CONFIG", "yes", "can't be `yes`: write `1` or `0`"),
            ("PROXY_ENGINE", "redis", "can't be `redis`: write `centrifugo` or `standalone`"),
            ("PROXY_MAX_CONECTIONS", "1", "doesn't exist: did you mean `PROXY_MAX_CONNECTIONS`?"),
            ("PROXY_ADRESS", "1", "doesn't exist: did you mean `PROXY_ADDRESS`?"),
            ("PROXY_TLS_NONSENSE", "1", "doesn't exist: `PROXY_PRINT_SETTINGS=1` prints all that do"),
        ];
        let found = faults(&mistakes.map(|(name, value, _)| (name, value)));
        assert_eq!(found.len(), mistakes.len(), "{found:#?}");
        for (fault, (name, _, message)) in found.iter().zip(mistakes) {
            assert!(fault.starts_with(&format!("the setting `{name}` {message}")), "{fault}");
        }
    }

    #[test]
    fn a_variable_of_another_program_is_no_fault() {
        let operator = operator(&[("PROXY_SERVICE_HOST", "10.0.0.1"), ("HTTP_PROXY", "x"), ("PROXY_PORT", "1")]);
        assert_eq!(operator.faults(), []);
        assert_eq!(operator.strangers, ["PROXY_SERVICE_HOST", "PROXY_PORT"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_utf_8_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let operator = Operator::of([("PROXY_SECRET".into(), OsString::from_vec(b"a\xff".to_vec()))]);
        assert_eq!(operator.faults()[0].to_string(), "the setting `PROXY_SECRET` is no UTF-8: write it anew");
    }

    #[test]
    fn an_empty_secret_is_not_the_same_as_none() {
        let operator = operator(&[("PROXY_SECRET", ""), ("PROXY_ADDRESS", "")]);
        assert_eq!(operator.get(&SECRET).map(Given::text), Some(""));
        assert!(operator.get(&ADDRESS).is_none());
    }
}
