//! A new app.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Error;

const DEPENDENCIES: &str = include_str!("../templates/dependencies.txt");
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
    package(folder)?;
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).map(|manifest| with_dependencies(&manifest));
    let manifest = manifest.map_err(|source| Error::Write { path: folder.join("Cargo.toml"), source })?;
    for (path, text) in [("Cargo.toml", manifest.as_str()), (".gitignore", "/target/\n"), ("src/main.rs", MAIN)] {
        let path = folder.join(path);
        fs::write(&path, text).map_err(|source| Error::Write { path, source })?;
    }
    Ok(())
}

/// Cargo makes the package: it knows which names it refuses, and makes the package a member of the workspace that it is in.
fn package(folder: &Path) -> Result<(), Error> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["new", "--quiet", "--bin", "--edition", "2024", "--vcs", "none"]).arg(folder);
    let made = cargo.output().map_err(Error::NoCargo)?;
    if made.status.success() { Ok(()) } else { Err(Error::Refused(fault(&String::from_utf8_lossy(&made.stderr)))) }
}

/// What cargo says without its advice, which is about options of its own.
fn fault(told: &str) -> String {
    let lines = told.trim_start().trim_start_matches("error: ").lines();
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("note:") && !line.starts_with("help:")).collect();
    lines.join("\n").trim().to_owned()
}

fn with_dependencies(manifest: &str) -> String {
    const TABLE: &str = "[dependencies]\n";
    let dependencies = DEPENDENCIES.replace("{version}", env!("CARGO_PKG_VERSION"));
    match manifest.split_once(TABLE) {
        Some((before, after)) => format!("{before}{TABLE}{dependencies}{after}"),
        None => format!("{manifest}\n{TABLE}{dependencies}"),
    }
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
