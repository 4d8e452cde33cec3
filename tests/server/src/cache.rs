//! The folder in which a built Centrifugo is kept.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::VERSION;
use crate::error::Error;

/// The target directory of the running program, as `cargo clean` and the caches of CI know it; or else the user's cache.
pub(crate) fn folder() -> Result<PathBuf, Error> {
    let program = env::current_exe().ok().and_then(|program| target_around(&program));
    // The programs of doc tests are elsewhere, and run in the folder of their package.
    let target = program.or_else(|| env::current_dir().ok().and_then(|package| target_beside(&package)));
    let cache = target.or_else(|| user_cache(|name| env::var_os(name).map(PathBuf::from))).ok_or(Error::NoCache)?;
    Ok(cache.join("centrifugo").join(VERSION))
}

fn target_around(program: &Path) -> Option<PathBuf> {
    program.ancestors().find(|folder| is_target(folder)).map(Path::to_path_buf)
}

fn target_beside(package: &Path) -> Option<PathBuf> {
    package.ancestors().map(|folder| folder.join("target")).find(|folder| is_target(folder))
}

/// Cargo marks its target directory by a file, wherever it is. Everyone may write into the folder of temporary files, so a
/// program that is found there can be anyone's.
fn is_target(folder: &Path) -> bool {
    let tag = fs::read_to_string(folder.join("CACHEDIR.TAG"));
    tag.is_ok_and(|tag| tag.contains("created by cargo")) && folder != env::temp_dir()
}

fn user_cache(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let folder = |name, rest| Some(variable(name)?.join(rest)).filter(|folder| folder.is_absolute());
    if cfg!(windows) {
        folder("LOCALAPPDATA", "")
    } else if cfg!(target_os = "macos") {
        folder("HOME", "Library/Caches")
    } else {
        folder("XDG_CACHE_HOME", "").or_else(|| folder("HOME", ".cache"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_keeps_its_centrifugo_in_the_target_directory() {
        let program = env::current_exe().expect("a path");
        let folder = folder().expect("a folder");
        let target = folder.ancestors().nth(2).expect("a target directory");
        assert!(program.starts_with(target) && folder.ends_with(Path::new("centrifugo").join(VERSION)), "{folder:?}");
    }

    #[test]
    fn a_package_has_its_target_directory_beside_it_or_above() {
        let project = tempfile::tempdir().expect("a folder");
        let member = project.path().join("crates/member");
        fs::create_dir_all(&member).expect("a folder");
        let target = project.path().join("target");
        fs::create_dir(&target).expect("a folder");
        assert_eq!(target_beside(&member), None, "a folder of this name is not Cargo's yet");

        fs::write(target.join("CACHEDIR.TAG"), "# This file is a cache directory tag created by cargo.\n").expect("a tag");
        assert_eq!(target_beside(&member).as_deref(), Some(&*target));
        assert_eq!(target_around(&target.join("debug/deps/app")).as_deref(), Some(&*target));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_users_cache_is_where_the_desktop_has_it() {
        let with = |set: &'static [(&str, &str)]| {
            user_cache(move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        assert_eq!(with(&[("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/me")]), Some("/cache".into()));
        assert_eq!(with(&[("XDG_CACHE_HOME", "cache"), ("HOME", "/home/me")]), Some("/home/me/.cache".into()));
        assert_eq!(with(&[]), None);
    }
}
