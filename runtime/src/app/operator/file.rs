//! The settings in a TOML file.

#[cfg(feature = "settings-file")]
use toml::de::{DeTable, DeValue};

/// A key of the file, with its value as the environment would have it. `Err`: what the value is instead.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) value: Result<String, &'static str>,
}

/// Reads a file. `Err`: what is wrong with it, without a part of its text, which may be a secret.
#[cfg(feature = "settings-file")]
pub(super) fn read(path: &str) -> Result<Vec<Entry>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    parse(&text)
}

#[cfg(not(feature = "settings-file"))]
pub(super) fn read(_: &str) -> Result<Vec<Entry>, String> {
    Err("files need the feature `settings-file` of the crate `centrifugo`: add it in Cargo.toml, or use variables"
        .to_owned())
}

#[cfg(feature = "settings-file")]
fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| format!(" in line {}", line(span.start))).unwrap_or_default();
        format!("it is no TOML{line}: {}", error.message())
    })?;
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<_>)| Entry {
        key: AsRef::<str>::as_ref(key.get_ref()).to_owned(),
        line: line(key.span().start),
        value: value_text(value.get_ref()),
    };
    let mut entries: Vec<_> = table.get_ref().iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

#[cfg(feature = "settings-file")]
fn value_text(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Boolean(is_on) => Ok(is_on.to_string()),
        DeValue::Float(_) => Err("a number with a point"),
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Array(_) => Err("a list"),
        DeValue::Table(_) => Err("a table"),
    }
}

#[cfg(all(test, feature = "settings-file"))]
mod tests {
    use super::super::tests::operator;
    use super::super::{ADDRESS, SECRET};

    fn written(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("app.toml");
        std::fs::write(&path, text).expect("a file");
        let path = path.to_str().expect("UTF-8").to_owned();
        (folder, path)
    }

    #[test]
    fn a_file_has_settings_and_the_environment_takes_precedence() {
        let (_folder, path) = written("address = \":1\"\n\nmax_connections = 1_000\ntimeout = \"2s\"\nsecret = \"s\"\n");
        let operator = operator(&[("PROXY_TIMEOUT", "1s"), ("PROXY_SETTINGS", &path)]);
        assert_eq!(operator.faults(), []);
        let limits = operator.limits(Default::default());
        assert_eq!((limits.connections, limits.call), (1000, Some(std::time::Duration::from_secs(1))));
        assert_eq!(operator.get(&ADDRESS).map(|given| given.text()), Some(":1"));
        assert_eq!(operator.get(&SECRET).map(|given| given.name()), Some(format!("secret in {path}:5")));
    }

    #[test]
    fn each_mistake_in_a_file_has_its_line_and_what_to_write() {
        let (_folder, path) = written(
            "max_connections = \"many\"\nmax_conections = 1\nPROXY_TIMEOUT = \"1s\"\nprint_config = true\n\
             body_timeout = 1.5\n[tls]\n",
        );
        let operator = operator(&[("PROXY_SETTINGS", &path)]);
        let found: Vec<_> = operator.faults().iter().map(|fault| fault.to_string().replace(&path, "app.toml")).collect();
        for (fault, start) in found.iter().zip([
            "the setting `max_connections in app.toml:1` can't be `many`: write a whole number",
            "the setting `max_conections in app.toml:2` doesn't exist: did you mean `max_connections`?",
            "the setting `PROXY_TIMEOUT in app.toml:3` doesn't exist: did you mean `timeout`?",
            "the setting `print_config in app.toml:4` doesn't exist: a file may have address, secret, ",
            "the setting `body_timeout in app.toml:5` can't be a number with a point: write a text in quotes",
            "the setting `tls in app.toml:6` doesn't exist: a file may have address, ",
        ]) {
            assert!(fault.starts_with(start), "{fault}");
        }
        assert_eq!(found.len(), 6, "{found:#?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused_without_its_text() {
        for (text, fault) in
            [("secret = canary", "it is no TOML in line 1: "), ("a = 1\na = canary", "it is no TOML in line 2: ")]
        {
            let (_folder, path) = written(text);
            let refused = operator(&[("PROXY_SETTINGS", &path)]).faults()[0].to_string();
            assert!(refused.contains(fault) && !refused.contains("canary"), "{refused}");
        }
        let refused = operator(&[("PROXY_SETTINGS", "/nowhere/app.toml")]).faults()[0].to_string();
        assert!(refused.starts_with("the setting `PROXY_SETTINGS` can't be `/nowhere/app.toml`: "), "{refused}");
    }
}

#[cfg(all(test, not(feature = "settings-file")))]
mod tests {
    use super::super::tests::operator;

    #[test]
    fn a_file_without_the_feature_is_refused() {
        let refused = operator(&[("PROXY_SETTINGS", "app.toml")]).faults()[0].to_string();
        assert!(
            refused.contains("`PROXY_SETTINGS` can't be `app.toml`: files need the feature `settings-file`"),
            "{refused}"
        );
    }
}
