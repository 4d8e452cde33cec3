use std::env;
use std::process::Command;

use centrifugo::{App, handlers};

const VARIABLES: [&str; 3] = ["PROXY_TLS_CERT_PEM", "PROXY_TLS_KEY_PEM", "PROXY_TLS_CLIENT_CA_PEM"];

#[centrifugo::rpc("ping", collect = false)]
async fn ping() {}

/// Runs itself with each variable.
#[test]
fn a_variable_of_tls_stops_an_app_that_is_compiled_without_it() {
    let Some(set) = VARIABLES.into_iter().find(|name| env::var_os(name).is_some()) else {
        for name in VARIABLES {
            let mut again = Command::new(env::current_exe().expect("a program"));
            assert!(again.env(name, "app.pem").status().expect("a program that runs").success(), "{name}");
        }
        return;
    };
    let error = App::empty().handlers(handlers![ping]).into_service().expect_err("a refusal").to_string();
    assert!(error.contains(&format!("the setting `{set}` can't be used: ")), "{error}");
    assert!(error.contains("enable the feature `tls` of the crate `centrifugo`"), "{error}");
}

/// Runs itself, with the variable.
#[test]
fn a_variable_of_reflection_stops_an_app_that_is_compiled_without_it() {
    if env::var_os("PROXY_REFLECTION").is_none() {
        let mut again = Command::new(env::current_exe().expect("a program"));
        again.arg("a_variable_of_reflection").env("PROXY_REFLECTION", "1");
        assert!(again.status().expect("a program that runs").success());
        return;
    }
    let error = App::empty().handlers(handlers![ping]).into_service().expect_err("a refusal").to_string();
    assert!(error.contains("the setting `PROXY_REFLECTION` can't be `1`: enable the feature `reflection`"), "{error}");
}
