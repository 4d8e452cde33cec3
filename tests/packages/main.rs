//! Packages as their owners build them: other kinds of crates, names that several crates share, lints of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Copies the files of a package out of this workspace, and runs cargo there. No registry is queried: the packages
/// have nothing but what this workspace has locked.
struct Package(tempfile::TempDir);

impl Package {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        copy(&here.join("packages").join(name), folder.path(), &here.join("../runtime"));
        fs::copy(here.join("../Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
        Self(folder)
    }

    fn cargo(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO"));
        command.args(args).current_dir(&self.0).env("CARGO_NET_OFFLINE", "true").env("RUSTFLAGS", "-D warnings");
        command.env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/packages"));
        command.output().expect("cargo")
    }

    /// What cargo wrote to stderr.
    fn fails(&self, args: &[&str]) -> String {
        let output = self.cargo(args);
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).expect("a text")
    }

    fn succeeds(&self, args: &[&str]) {
        let output = self.cargo(args);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}\n{stdout}\n{stderr}");
    }
}

/// Manifests have another name in this workspace, which would take their packages for its own.
fn copy(from: &Path, to: &Path, runtime: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let name = from.file_name().expect("a name");
        if from.is_dir() {
            copy(&from, &to.join(name), runtime);
        } else if name == "manifest.txt" {
            let manifest = fs::read_to_string(&from).expect("a manifest");
            let manifest = manifest.replace("\"{runtime}\"", &format!("{runtime:?}"));
            fs::write(to.join("Cargo.toml"), manifest).expect("a manifest");
        } else {
            fs::copy(&from, to.join(name)).expect("a file");
        }
    }
}

#[test]
fn crates_of_one_name_and_loaded_libraries_link_whatever_their_handlers_claim() {
    let package = Package::new("linked");
    package.succeeds(&["build", "--workspace"]);
    package.succeeds(&["test", "-p", "chat21"]);
}

// No case of `ui`: the compiler shows the number of the crate, which is another one elsewhere.
#[test]
fn two_topics_of_one_typed_channel_are_refused_when_compiled_by_whatever_name_it_has() {
    let output = Package::new("twice").fails(&["check"]);
    assert_eq!(output.matches("error[").count(), 1, "{output}");
    for part in
        ["error[E0119]", "OneHandler<centrifugo::Subscribe, false", "for type `User`", "topic(User)", "subscribe(Member)"]
    {
        assert!(output.contains(part), "{part}: {output}");
    }
}

#[test]
fn clippy_has_nothing_against_what_is_written_into_an_app() {
    let package = Package::new("lints");
    for group in ["all", "pedantic", "nursery"] {
        package.succeeds(&["clippy", "--", "-D", "warnings", "-D", &format!("clippy::{group}")]);
    }
}
