//! An example's environment variables and output, as an operator uses them, and the guide's examples for operators.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};

use centrifugo::ProxyService;
use centrifugo_tests::tls::{Authority, Signed};
use serde_json::{Value, json};
use tonic::server::NamedService;

/// Runs an example that prints its configuration.
fn printed(address: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    command.env("PROXY_PRINT_CONFIG", "1").env("PROXY_ADDRESS", address).env_remove("RUST_LOG");
    command.output().expect("an example that runs")
}

fn endpoint(address: &str) -> String {
    let printed = printed(address);
    let config: Value = serde_json::from_slice(&printed.stdout).unwrap_or_else(|error| panic!("{error}: {printed:?}"));
    config["rpc"]["proxy"]["endpoint"].as_str().expect("an endpoint").to_owned()
}

#[test]
fn an_address_is_printed_as_it_is_listened_on() {
    assert_eq!(endpoint("10.0.0.1:10001"), "grpc://10.0.0.1:10001");
    assert_eq!(endpoint("grpc://10.0.0.1:10001"), "grpc://10.0.0.1:10001");
    assert_eq!(endpoint(":10001"), "grpc://127.0.0.1:10001");
}

#[test]
fn the_configuration_has_the_secret_and_the_socket_of_the_environment() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    command.env("PROXY_PRINT_CONFIG", "1").env("PROXY_ADDRESS", "unix:///run/app.sock");
    command.env("PROXY_SECRET", "the new one").env("PROXY_SECRET_PREVIOUS", "the old one");
    let printed = command.output().expect("an example that runs");
    let config: Value = serde_json::from_slice(&printed.stdout).unwrap_or_else(|error| panic!("{error}: {printed:?}"));
    assert_eq!(config["rpc"]["proxy"]["endpoint"], "unix:///run/app.sock");
    assert_eq!(config["rpc"]["proxy"]["grpc"]["credentials_key"], "x-centrifugo-secret");
    assert_eq!(config["rpc"]["proxy"]["grpc"]["credentials_value"], "the new one");

    for name in ["PROXY_SECRET", "PROXY_SECRET_PREVIOUS"] {
        let ended = command.env(name, "").output().expect("an example that runs");
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty());
        assert!(stderr.contains(&format!("the secret of `{name}` can't be used: it is empty")), "{stderr}");
        command.env(name, "some text");
    }
}

/// Runs an example that prints its configuration, with these variables. Returns its stdout and its stderr.
fn printed_with(variables: &[(&str, &str)]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    command.env("PROXY_PRINT_CONFIG", "1").env_remove("RUST_LOG").envs(variables.iter().copied());
    let output = command.output().expect("an example that runs");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn certificates_of_the_environment_are_files_or_texts_and_are_in_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let Signed { cert, key } = Signed::by_itself("127.0.0.1");
    let key_file = folder.path().join("app.key");
    fs::write(&key_file, &key).expect("a file");
    let key_file = key_file.to_str().expect("a path");
    let pair = [("PROXY_TLS_CERT_PEM", cert.as_str()), ("PROXY_TLS_KEY_PEM", key_file)];
    let (config, log) = printed_with(&pair);
    let config: Value = serde_json::from_str(&config).expect("a configuration");
    let proxy = &config["rpc"]["proxy"];
    assert_eq!(proxy["grpc"]["tls"], json!({ "enabled": true, "server_ca_pem": cert.trim_end() }));
    assert!(proxy["endpoint"].as_str().is_some_and(|endpoint| endpoint.starts_with("grpc://")) && log.is_empty(), "{log}");

    let ca = Authority::new("ours").pem;
    let (config, log) = printed_with(&[pair[0], pair[1], ("PROXY_TLS_CLIENT_CA_PEM", &ca)]);
    assert!(config.contains("server_ca_pem") && log.contains("Centrifugo has none in this configuration"), "{log}");

    for (variables, fault) in [
        (&pair[..1], "setting `PROXY_TLS_CERT_PEM` can't be used: there is no `PROXY_TLS_KEY_PEM`"),
        (&[pair[0], ("PROXY_TLS_KEY_PEM", "none.key")], "key in `none.key` (`PROXY_TLS_KEY_PEM`) can't be used: the file"),
        (&[pair[0], ("PROXY_TLS_KEY_PEM", "")], "key in `` (`PROXY_TLS_KEY_PEM`) can't be used: it is empty"),
    ] {
        let (config, log) = printed_with(variables);
        assert!(config.is_empty() && log.contains(fault), "{log}");
    }
}

#[test]
fn an_invalid_address_is_refused_for_printing_and_for_running_alike() {
    let mut running = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    running.env("PROXY_ADDRESS", "http://x").env_remove("PROXY_PRINT_CONFIG");
    for output in [printed("http://x"), running.output().expect("an example that runs")] {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(stderr.contains("the setting `PROXY_ADDRESS` can't be `http://x`: write `host:port`"), "{stderr}");
    }
}

/// Runs an example with these variables until it ends.
fn ended(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    command.envs(variables.iter().copied()).env_remove("RUST_LOG");
    command.output().expect("an example that runs")
}

#[test]
fn the_settings_of_the_environment_and_of_a_file_are_listed_with_their_origin() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.toml");
    fs::write(&file, "timeout = \"2s\"\nmax_connections = 10\nsecret = \"c4nary\"\n").expect("a file");
    let path = file.to_str().expect("UTF-8");
    let printed = ended(&[("PROXY_PRINT_SETTINGS", "1"), ("PROXY_SETTINGS", path), ("PROXY_TIMEOUT", "900ms")]);
    let listing = String::from_utf8(printed.stdout).expect("UTF-8");
    for lines in [
        "PROXY_TIMEOUT=900ms\n    from the environment; default: none; in a file: timeout\n".to_owned(),
        format!("PROXY_MAX_CONNECTIONS=10\n    from {path}:2; default: 4096; in a file: max_connections\n"),
        format!("PROXY_SECRET=***\n    from {path}:3; default: none; in a file: secret\n"),
        "PROXY_ADDRESS=127.0.0.1:10001\n    from the default".to_owned(),
    ] {
        assert!(listing.contains(&lines), "{lines} in\n{listing}");
    }
    assert!(printed.status.success() && !listing.contains("c4nary"));
}

#[test]
fn all_settings_that_cannot_be_used_are_reported_together_and_no_secret_is_shown() {
    let variables = [
        ("PROXY_MAX_CONNECTIONS", "many"),
        ("PROXY_BODY_TIMEOUT", "10"),
        ("PROXY_MAX_RUNING_CALLS", "1"),
        ("PROXY_SECRET", "c4nary\n"),
        ("PROXY_SETTINGS", "/nowhere/app.toml"),
    ];
    for print in ["0", "1"] {
        let ended = ended(&[&variables[..], &[("PROXY_PRINT_CONFIG", print)]].concat());
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty());
        for fault in [
            "the setting `PROXY_MAX_CONNECTIONS` can't be `many`: write a whole number, such as `4096`",
            "the setting `PROXY_BODY_TIMEOUT` can't be `10`: `10` has no unit: write `10ms` or `10s`",
            "the setting `PROXY_MAX_RUNING_CALLS` doesn't exist: did you mean `PROXY_MAX_RUNNING_CALLS`?",
            "the secret of `PROXY_SECRET` can't be used: it has a character",
            "the setting `PROXY_SETTINGS` can't be `/nowhere/app.toml`: ",
        ] {
            assert!(stderr.contains(fault), "{fault} in {stderr}");
        }
        assert!(!stderr.contains("c4nary"), "{stderr}");
    }
}

#[test]
fn a_variable_of_another_program_is_a_warning() {
    // The port is taken, so the app ends.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let ended = ended(&[("PROXY_SERVICE_HOST", "10.0.0.1"), ("PROXY_ADDRESS", &address)]);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("WARN") && stderr.contains("no settings, unless of another program: PROXY_SERVICE_HOST"));
    assert!(stderr.contains(&format!("can't listen on `{address}` (PROXY_ADDRESS): ")), "{stderr}");
}

#[test]
fn logs_in_a_file_have_no_escape_codes() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rpc_ping"));
    command.env("PROXY_PRINT_CONFIG", "1").env("RUST_LOG", "info=no-level");
    let stderr = command.output().expect("an example that runs").stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(stderr.contains("WARN") && !stderr.contains('\u{1b}'), "{stderr:?}");
}

#[test]
fn a_program_prints_its_configuration_before_it_opens_anything() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadcast"));
    command.env("PROXY_PRINT_CONFIG", "1").env("HTTP_ADDRESS", address).env("CENTRIFUGO_HTTP_API_KEY", "any text");
    let printed = command.output().expect("an example that runs");
    assert!(printed.status.success(), "{printed:?}");
    let config = serde_json::from_slice::<Value>(&printed.stdout).expect("a configuration");
    assert_eq!(config["http_api"]["key"], "any text");

    let ended = command.env("PROXY_PRINT_CONFIG", "0").output().expect("an example that runs");
    assert!(!ended.status.success() && ended.stdout.is_empty(), "it starts, and the address is taken: {ended:?}");
}

/// The guide to running an app.
const GUIDE: &str = include_str!("../../runtime/docs/operations.md");
/// The drain of an app that doesn't set `App::drain_timeout`, and the time in which its handlers are dropped.
const DRAIN: u32 = 10 + 1;

/// The guide's example in this language.
fn example(language: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).expect("an example");
    rest.split_once("```").expect("its end").0
}

/// The number after a key of an example.
fn number(example: &str, key: &str) -> u32 {
    let (_, rest) = example.split_once(key).unwrap_or_else(|| panic!("no {key}"));
    rest.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default().parse().expect("a number")
}

#[test]
fn the_examples_for_systemd_and_kubernetes_wait_longer_than_the_app_drains() {
    assert!(number(example("ini"), "TimeoutStopSec=") > DRAIN);
    let pod = example("yaml");
    let until_killed = number(pod, "terminationGracePeriodSeconds: ");
    assert!(until_killed > number(pod, "sleep: { seconds: ") + DRAIN);
    assert!(pod.contains(&format!("service: {} }}", ProxyService::NAME)), "the probe's service");
}

/// Where systemd is installed, it finds no fault in the unit.
#[test]
fn the_example_for_systemd_is_a_valid_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("my-app.service");
    let program = example("ini").replace("/usr/local/bin/my-app", env!("CARGO_BIN_EXE_rpc_ping"));
    fs::write(&unit, program).expect("a file");
    if let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&unit).output() {
        let faults = String::from_utf8_lossy(&verified.stderr);
        // It also reports faults of the machine's own units.
        assert!(verified.status.success() && !faults.contains("my-app"), "{faults}");
    }
}
