//! The listing of all settings, which `PROXY_PRINT_SETTINGS=1` prints.

use super::list::SETTINGS;
use super::{Operator, Setting};
use crate::server::Limits;

/// The app's own settings that an operator's replace.
pub(crate) struct AppSettings {
    pub(crate) limits: Limits,
    /// Those that are no limits, and are set.
    pub(crate) texts: Vec<(&'static Setting, String)>,
}

impl Operator {
    /// Lists each setting with its value, where that comes from, its default and its meaning.
    pub(crate) fn listing(&self, app: &AppSettings) -> String {
        SETTINGS.iter().map(|setting| self.listed(setting, app)).collect()
    }

    fn listed(&self, setting: &Setting, app: &AppSettings) -> String {
        let (value, origin) = self.in_effect(setting, app);
        let value = setting.shown(value);
        let default = setting.written_default();
        let default = if default.is_empty() { "none" } else { &default };
        let key = setting.key().map(|key| format!("; in a file: {key}")).unwrap_or_default();
        let (variable, meaning) = (setting.variable, setting.meaning);
        format!("{variable}={value}\n    from {origin}; default: {default}{key}\n    {meaning}\n")
    }

    /// A setting's value, and where it comes from.
    fn in_effect(&self, setting: &Setting, app: &AppSettings) -> (String, String) {
        if let Some(given) = self.get(setting) {
            return (given.text.escape_debug().to_string(), given.origin.to_string());
        }
        let text = app.texts.iter().find(|(set, _)| set.variable == setting.variable);
        let own =
            text.map(|(_, text)| text.escape_debug().to_string()).or_else(|| setting.of_limits(&mut app.limits.clone()));
        let default = setting.written_default();
        match own.filter(|own| *own != default) {
            Some(own) => (own, "the app".to_owned()),
            None => (default, "the default".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::operator;
    use super::super::{ADDRESS, SECRET};
    use super::*;

    #[test]
    fn each_value_has_its_origin_and_no_secret_is_shown() {
        let operator = operator(&[("PROXY_MAX_CONNECTIONS", "7"), ("CENTRIFUGO_HTTP_API_KEY", "canary")]);
        let limits = Limits { running_calls: 9, ..Limits::default() };
        let texts = vec![(&ADDRESS, ":1".to_owned()), (&SECRET, "canary".to_owned())];
        let listing = operator.listing(&AppSettings { limits, texts });
        for lines in [
            "PROXY_ADDRESS=:1\n    from the app; default: 127.0.0.1:10001; in a file: address\n",
            "PROXY_SECRET=***\n    from the app; default: none; in a file: secret\n",
            "PROXY_MAX_CONNECTIONS=7\n    from the environment; default: 4096; in a file: max_connections\n",
            "PROXY_MAX_RUNNING_CALLS=9\n    from the app; default: 65536; in a file: max_running_calls\n",
            "PROXY_MAX_UNSENT_BYTES=128MiB\n    from the default; default: 128MiB; in a file: max_unsent_bytes\n",
            "PROXY_TIMEOUT=\n    from the default; default: none; in a file: timeout\n",
            "CENTRIFUGO_HTTP_API_KEY=***\n    from the environment; default: none\n",
        ] {
            assert!(listing.contains(lines), "{lines}\nin\n{listing}");
        }
        assert!(!listing.contains("canary"), "{listing}");
    }

    #[test]
    fn the_guide_has_each_setting() {
        let rows = SETTINGS.iter().map(|setting| {
            let (key, default) = (setting.key(), setting.written_default());
            let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
            let key = code(&key.unwrap_or_default());
            let (variable, form, meaning) = (setting.variable, setting.form, setting.meaning);
            format!("| `{variable}` | {key} | {form} | {} | {meaning} |\n", code(&default))
        });
        let table: String = rows.collect();
        let guide = include_str!("../../../docs/operations.md");
        assert!(guide.contains(&table), "the table of the guide should be:\n{table}");
    }
}
