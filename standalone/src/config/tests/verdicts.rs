//! Configurations that Centrifugo refuses, and their like that it accepts.

use serde_json::Value;

use super::faults;

/// Each has the path of its fault, if it is `refused`. A test of the package `centrifugo-tests` starts the real Centrifugo
/// with them.
const VERDICTS: &str = include_str!("verdicts.json");

#[test]
fn what_centrifugo_refuses_is_refused_by_its_key_and_what_it_accepts_is_accepted() {
    let verdicts: Vec<Value> = serde_json::from_str(VERDICTS).expect("JSON");
    for verdict in verdicts {
        let (found, config) = (faults(&verdict["config"]), &verdict["config"]);
        match verdict["refused"].as_str() {
            Some(path) => {
                assert!(matches!(&found[..], [one] if one.starts_with(&format!("`{path}`"))), "{config}: {found:?}")
            }
            None => assert!(found.is_empty(), "{config}: {found:?}"),
        }
    }
}
