//! A new app.

use std::fs;
use std::path::Path;

use crate::Error;

const MANIFEST: &str = include_str!("../templates/Cargo.toml.txt");
const MAIN: &str = include_str!("../templates/main.rs");

/// Makes the folder and its files.
pub(crate) fn create(folder: &Path) -> Result<(), Error> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_name {
        return Err(Error::Package(name));
    }
    if folder.exists() {
        return Err(Error::Exists(folder.to_owned()));
    }
    let manifest = MANIFEST.replace("{name}", &name).replace("{version}", env!("CARGO_PKG_VERSION"));
    for (path, text) in [("Cargo.toml", manifest.as_str()), (".gitignore", "/target/\n"), ("src/main.rs", MAIN)] {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|source| Error::Write { path, source })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_a_manifest_and_a_main() {
        let folder = tempfile::tempdir().unwrap();
        create(&folder.path().join("my-chat")).unwrap();
        let manifest = fs::read_to_string(folder.path().join("my-chat/Cargo.toml")).unwrap();
        assert!(manifest.contains("name = \"my-chat\"\n"), "{manifest}");
        assert!(manifest.contains(concat!("centrifugo = \"", env!("CARGO_PKG_VERSION"), "\"")), "{manifest}");
        assert_eq!(fs::read_to_string(folder.path().join("my-chat/src/main.rs")).unwrap(), MAIN);
    }

    #[test]
    fn nothing_is_overwritten_and_no_name_is_guessed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(create(folder.path()), Err(Error::Exists(_) | Error::Package(_))));
        for name in ["1st", "my chat", "-x", "ä"] {
            assert!(matches!(create(&folder.path().join(name)), Err(Error::Package(_))), "{name}");
        }
    }
}
