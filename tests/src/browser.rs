//! A real browser, headless: the Chromium that is installed, or Debian's.

use std::process::Stdio;

use serde_json::Value;
use tokio::time::timeout;

use crate::client::node;
use crate::{PATIENCE, debian};

/// The names of Chromium's program.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs a script that drives a browser, with these settings and the browser's path as `chromium`. The script makes its own
/// assertions.
///
/// # Panics
///
/// With the script's output, if one of its assertions fails.
pub async fn run(script: &str, mut settings: Value) {
    let chromium = debian::program(&NAMES, "CHROMIUM_BIN", "chromium").await;
    settings["chromium"] = chromium.to_string_lossy().into();
    let mut node = node(script).await;
    node.arg(settings.to_string()).stdin(Stdio::null());
    let output = timeout(PATIENCE * 4, node.output()).await.expect("a script that ends").expect("Node, to run the browser");
    let printed = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{script}: {}\n{}", output.status, String::from_utf8_lossy(&printed));
}
