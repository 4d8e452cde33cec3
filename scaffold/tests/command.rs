//! The command, as cargo runs it: `cargo centrifugo ..` is `cargo-centrifugo centrifugo ..`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn centrifugo(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-centrifugo"));
    command.arg("centrifugo").args(args).current_dir(folder).output().expect("a command that runs")
}

/// The text that the command writes to stdout.
fn written(folder: &Path, args: &[&str]) -> String {
    let output = centrifugo(folder, args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).expect("a text")
}

/// The text that a failing command writes to stderr.
fn refused(folder: &Path, args: &[&str]) -> String {
    let output = centrifugo(folder, args);
    assert!(!output.status.success() && output.stdout.is_empty(), "{args:?}: {output:?}");
    String::from_utf8(output.stderr).expect("a text")
}

#[test]
fn a_new_app_takes_handlers_and_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(written(folder.path(), &["new", "my-app"]), "");
    let app = folder.path().join("my-app");
    let main = app.join("src/main.rs");
    assert_eq!(written(&app, &["handler", "stream", "--name", "countdown", "--file", "src/main.rs"]), "");
    let text = fs::read_to_string(&main).expect("a main");
    assert!(text.contains("async fn countdown(from: u32)"));
    for (kind, name) in [("topic", "join"), ("publish", "say")] {
        assert_eq!(written(&app, &["handler", kind, "--name", name, "--file", "src/chat.rs"]), "");
    }
    fs::write(&main, text + "\nmod chat;\n").expect("a main");

    // The crates and the lock file of this workspace, so that cargo needs no registry.
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = app.join("Cargo.toml");
    let here = |name: &str, path: &str| format!("{name} = {{ path = {:?} }}\n", workspace.join(path));
    let patch = [
        ("centrifugo", "runtime"),
        ("centrifugo-macros", "macros"),
        ("centrifugo-pattern", "pattern"),
        ("centrifugo-standalone", "standalone"),
    ];
    let patch: String = patch.iter().map(|(name, path)| here(name, path)).collect();
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, format!("{text}\n[patch.crates-io]\n{patch}")).expect("a manifest");
    fs::copy(workspace.join("Cargo.lock"), app.join("Cargo.lock")).expect("a lock file");
    let mut check = Command::new(env!("CARGO"));
    check.args(["check", "--offline", "--tests"]).current_dir(&app).env("RUSTFLAGS", "-D warnings");
    check.env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/new-app"));
    let checked = check.output().expect("cargo");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

/// Whether cargo accepts a package's manifest and its workspace, without a registry.
fn accepted(package: &Path) -> bool {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(package);
    metadata.output().expect("cargo").status.success()
}

#[test]
fn a_new_app_in_a_workspace_is_a_member() {
    let folder = tempfile::tempdir().expect("a folder");
    for (workspace, path) in [
        ("[workspace]\nresolver = \"3\"\n", "chat"),
        ("[workspace]\nmembers = [\"apps/*\"]\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n", "apps/chat"),
        ("[workspace]\nmembers = []\nexclude = [\"chat\"]\n", "chat"),
        ("[package]\nname = \"outer\"\nversion = \"1.0.0\"\n[lib]\npath = \"lib.rs\"\n", "chat"),
    ] {
        let root = tempfile::tempdir_in(folder.path()).expect("a folder");
        fs::write(root.path().join("Cargo.toml"), workspace).expect("a manifest");
        fs::write(root.path().join("lib.rs"), "").expect("a library");
        fs::create_dir_all(root.path().join(path).parent().expect("a folder")).expect("a folder");
        assert_eq!(written(root.path(), &["new", path]), "", "{workspace}");
        let app = root.path().join(path);
        assert!(accepted(&app) && accepted(root.path()), "{workspace}");
        let manifest = fs::read_to_string(app.join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("\ncentrifugo = ") && manifest.contains("\ntokio = "), "{manifest}");
    }
}

#[test]
fn a_name_that_cargo_refuses_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["build", "deps", "test", "examples", "incremental", "fn", "self"] {
        let error = refused(folder.path(), &["new", name]);
        assert!(error.starts_with("error: cargo refuses the package: ") && error.contains(&format!("`{name}`")), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "something was written");
}

#[test]
fn a_handler_goes_to_stdout_or_to_the_end_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let topic = written(folder.path(), &["handler", "topic", "--name", "own_channel"]);
    assert!(topic.contains("#[centrifugo::topic(\"") && topic.contains("async fn own_channel("), "{topic}");
    let rpc = written(folder.path(), &["handler", "rpc"]);

    let file = folder.path().join("handlers.rs");
    assert_eq!(written(folder.path(), &["handler", "topic", "--name", "own_channel", "--file", "handlers.rs"]), "");
    assert_eq!(written(folder.path(), &["handler", "rpc", "--file", "handlers.rs"]), "");
    assert_eq!(fs::read_to_string(file).expect("a file"), format!("{topic}\n{rpc}"));
}

#[test]
fn an_unknown_kind_is_refused_with_the_kinds() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = refused(folder.path(), &["handler", "unsubscribe"]);
    for part in ["invalid value 'unsubscribe'", "sub_refresh", "map_publish", "interceptor"] {
        assert!(error.contains(part), "{error}");
    }
    let near = refused(folder.path(), &["handler", "sub-refresh"]);
    assert!(near.contains("a similar value exists: 'sub_refresh'"), "{near}");
}

#[test]
fn a_wrong_name_is_refused_with_the_rule_for_names() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(
        refused(folder.path(), &["new", "my chat"]),
        "error: `my chat` can't be the name of a package: write letters, digits, `-` and `_`, starting with a letter\n"
    );
    for (kind, what) in [("rpc", "function"), ("channel", "struct")] {
        assert_eq!(
            refused(folder.path(), &["handler", kind, "--name", "my-own", "--file", "handlers.rs"]),
            format!(
                "error: `my-own` can't be the name of a {what}: write letters, digits and `_`, starting with a letter\n"
            )
        );
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "something was written");
}

#[test]
fn an_existing_folder_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("chat")).expect("a folder");
    let error = refused(folder.path(), &["new", "chat"]);
    assert_eq!(error, "error: `chat` exists already: name a folder that doesn't\n");
    let error = refused(folder.path(), &["handler", "rpc", "--file", "nowhere/handlers.rs"]);
    assert!(error.starts_with("error: can't write `nowhere/handlers.rs`: "), "{error}");
}
