//! `cargo centrifugo new`: writes an app.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Error, is_name, say};

const DEPENDENCIES: &str = include_str!("../templates/app/dependencies.txt");
const MAIN: &str = include_str!("../templates/app/main.rs");

/// Creates the folder and its files, and says how to run the app.
pub(crate) fn create(folder: &Path) -> Result<(), Error> {
    // `.` and `..` have no last part.
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    if !is_name(&name, "-_") {
        return Err(Error::Package(name));
    }
    if folder.exists() {
        return Err(Error::Exists(folder.to_owned()));
    }
    package(folder)?;
    add_dependencies(&folder.join("Cargo.toml"))?;
    write(&folder.join(".gitignore"), "/target/\n")?;
    write(&folder.join("src/main.rs"), MAIN)?;
    say(&format!(
        "created `{}`: `cargo run` there serves clients at ws://localhost:8000/connection/websocket",
        folder.display()
    ));
    Ok(())
}

/// Runs `cargo new`, which knows the names that cargo refuses, and makes the package a member of the workspace around it.
fn package(folder: &Path) -> Result<(), Error> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["new", "--quiet", "--bin", "--edition", "2024", "--vcs", "none"]).arg(folder);
    let new = cargo.output().map_err(Error::NoCargo)?;
    if new.status.success() { Ok(()) } else { Err(Error::Refused(without_advice(&String::from_utf8_lossy(&new.stderr)))) }
}

/// Cargo's error without its advice, which is about options that this command doesn't have.
fn without_advice(stderr: &str) -> String {
    let lines = stderr.trim_start().trim_start_matches("error: ").lines();
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("note:") && !line.starts_with("help:")).collect();
    lines.join("\n").trim().to_owned()
}

fn add_dependencies(manifest: &Path) -> Result<(), Error> {
    let text = fs::read_to_string(manifest).map_err(|source| Error::Write { path: manifest.to_owned(), source })?;
    write(manifest, &with_dependencies(&text))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::Write { path: path.to_owned(), source })
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
        assert!(manifest.contains(concat!("centrifugo = { version = \"", env!("CARGO_PKG_VERSION"), "\"")), "{manifest}");
        assert_eq!(fs::read_to_string(folder.path().join("my-chat/src/main.rs")).unwrap(), MAIN);
    }

    #[test]
    fn nothing_is_overwritten_and_no_name_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(create(folder.path()), Err(Error::Exists(_) | Error::Package(_))));
        for name in ["1st", "my chat", "-x", "ä"] {
            assert!(matches!(create(&folder.path().join(name)), Err(Error::Package(_))), "{name}");
        }
        for path in ["..", "chat/.."] {
            assert!(matches!(create(Path::new(path)), Err(Error::Package(name)) if name == path), "{path}");
        }
    }
}
