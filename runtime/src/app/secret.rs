//! The secret, as the operator and the app set it.

use super::operator::{Operator, SECRET, SECRET_PREVIOUS};
use crate::dispatch::secret::Secret;
use crate::error::Conflict;
use crate::registry::forwardable;

/// The metadata entry of a secret that only the environment sets.
const DEFAULT_NAME: &str = "x-centrifugo-secret";

/// The name and the values of a secret, unchecked.
#[derive(Clone)]
pub(crate) struct SecretSetting {
    name: String,
    /// Each with the setting that it comes from. The first one is in Centrifugo's configuration.
    values: Vec<(String, String)>,
    origin: String,
}

impl SecretSetting {
    pub(super) fn one(name: String, value: String) -> Self {
        Self::of(name, vec![value], "App::secret")
    }

    pub(super) fn any(name: String, values: Vec<String>) -> Self {
        Self::of(name, values, "App::secrets")
    }

    fn of(name: String, values: Vec<String>, origin: &'static str) -> Self {
        let values = values.into_iter().map(|value| (value, origin.to_owned())).collect();
        Self { name, values, origin: origin.to_owned() }
    }

    /// The operator's secret, or else the app's.
    pub(super) fn choose(operator: &Operator, app: Option<&Self>) -> Result<Option<Self>, Conflict> {
        match (operator.get(&SECRET), operator.get(&SECRET_PREVIOUS)) {
            (Some(current), previous) => {
                let name = app.map_or(DEFAULT_NAME, |app| &app.name).to_owned();
                let values = [current].into_iter().chain(previous).map(|given| (given.text().to_owned(), given.name()));
                Ok(Some(Self { name, values: values.collect(), origin: current.name() }))
            }
            (None, Some(previous)) => {
                Err(refused(&previous.name(), "there is no `PROXY_SECRET`, which takes the place of it"))
            }
            (None, None) => Ok(app.cloned()),
        }
    }

    /// The secret, if Centrifugo can send it.
    pub(super) fn check(&self) -> Result<Secret, Conflict> {
        let name = forwardable::check(&self.name, &self.at())?;
        for (value, origin) in &self.values {
            check_value(value).map_err(|fault| refused(origin, fault))?;
        }
        let mut values = self.values.iter().map(|(value, _)| value.clone());
        let current = values.next().ok_or_else(|| refused(&self.origin, "it has no value: write at least one"))?;
        Ok(Secret::new(name, current, values.collect()))
    }

    /// The setting that it comes from, as conflicts name it.
    pub(super) fn at(&self) -> String {
        format!("`{}`", self.origin)
    }
}

fn check_value(value: &str) -> Result<(), &'static str> {
    if value.is_empty() {
        return Err("it is empty, so it would protect nothing: set a long random text, or remove the setting");
    }
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) || value.trim() != value {
        return Err("it has a character that isn't printable ASCII, or starts or ends with a space");
    }
    Ok(())
}

fn refused(origin: &str, fault: &'static str) -> Conflict {
    Conflict::Secret { origin: origin.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    /// Chooses and checks. Returns the name and the current value, and the secret.
    fn chosen(current: Option<&str>, previous: Option<&str>, app: Option<SecretSetting>) -> Result<Option<Secret>, String> {
        let variables = [("PROXY_SECRET", current), ("PROXY_SECRET_PREVIOUS", previous)];
        let set = variables.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into())));
        let setting = SecretSetting::choose(&Operator::of(set), app.as_ref());
        setting.and_then(|setting| setting.map(|setting| setting.check()).transpose()).map_err(|error| error.to_string())
    }

    fn app() -> Option<SecretSetting> {
        Some(SecretSetting::any("X-Key".into(), vec!["new".into(), "old".into()]))
    }

    fn accepts(secret: &Secret, value: &'static str) -> bool {
        secret.is_in(&HeaderMap::from_iter([(HeaderName::from(secret.name()), HeaderValue::from_static(value))]))
    }

    #[test]
    fn the_first_value_is_the_one_in_the_configuration_and_all_are_accepted() {
        let secret = chosen(None, None, app()).unwrap().unwrap();
        assert_eq!((secret.name().as_str(), secret.current()), ("x-key", "new"));
        assert!(accepts(&secret, "new") && accepts(&secret, "old") && !accepts(&secret, "other"));
        assert!(chosen(None, None, None).unwrap().is_none());
    }

    #[test]
    fn the_environment_takes_precedence_and_needs_no_name() {
        let secret = chosen(Some("newest"), Some("new"), app()).unwrap().unwrap();
        assert_eq!((secret.name().as_str(), secret.current()), ("x-key", "newest"));
        assert!(accepts(&secret, "new") && !accepts(&secret, "old"));
        let secret = chosen(Some("newest"), None, None).unwrap().unwrap();
        assert_eq!((secret.name().as_str(), secret.current()), ("x-centrifugo-secret", "newest"));
        assert!(!accepts(&secret, "new"));
    }

    #[test]
    fn a_secret_that_protects_nothing_is_refused_by_the_name_of_its_setting() {
        let one = |value: &str| Some(SecretSetting::one("x-key".into(), value.into()));
        let any = |values: &[&str]| {
            Some(SecretSetting::any("x-key".into(), values.iter().map(|value| (*value).to_owned()).collect()))
        };
        for (refused, origin, fault) in [
            (chosen(Some(""), None, app()), "`PROXY_SECRET`", "it is empty"),
            (chosen(Some("new"), Some(""), app()), "`PROXY_SECRET_PREVIOUS`", "it is empty"),
            (chosen(None, Some("old"), app()), "`PROXY_SECRET_PREVIOUS`", "there is no `PROXY_SECRET`"),
            (chosen(Some("a\u{fffd}"), None, None), "`PROXY_SECRET`", "it has a character"),
            (chosen(None, None, one("")), "`App::secret`", "it is empty"),
            (chosen(None, None, one(" a")), "`App::secret`", "it has a character"),
            (chosen(None, None, any(&["new", ""])), "`App::secrets`", "it is empty"),
            (chosen(None, None, any(&[])), "`App::secrets`", "it has no value"),
        ] {
            let message = refused.err().unwrap();
            assert!(message.starts_with(&format!("the secret of {origin} can't be used: {fault}")), "{message}");
        }
    }
}
