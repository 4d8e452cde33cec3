//! A real browser, headless: the Chromium that is installed, or Debian's, which is then installed.

use std::env;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::PATIENCE;
use crate::client::node;

/// The names of Chromium's program.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs a script that drives a browser, with these settings and the browser's path as `chromium`. The script makes its own
/// assertions.
///
/// # Panics
///
/// With the script's output, if one of its assertions fails.
pub async fn run(script: &str, mut settings: Value) {
    settings["chromium"] = chromium().await.to_string_lossy().into();
    let mut node = node(script).await;
    node.arg(settings.to_string()).stdin(Stdio::null());
    let output = timeout(PATIENCE * 4, node.output()).await.expect("a script that ends").expect("Node, to run the browser");
    let printed = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{script}: {}\n{}", output.status, String::from_utf8_lossy(&printed));
}

/// `CHROMIUM_BIN`, or the first one in `PATH`.
async fn chromium() -> PathBuf {
    if let Some(path) = env::var_os("CHROMIUM_BIN") {
        return path.into();
    }
    match in_path() {
        Some(path) => path,
        None => {
            install().await;
            in_path().expect("a Chromium in PATH, now that it is installed")
        }
    }
}

fn in_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name))).find(|program| program.is_file())
}

/// Installs it with Debian's package manager, as root or by `sudo` without a password.
async fn install() {
    let script = "if [ \"$(id -u)\" = 0 ]; then s=; else s='sudo -n'; fi
        $s apt-get update -qq &&
        $s env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium";
    let output = Command::new("sh").args(["-c", script]).stdin(Stdio::null()).output().await;
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "there is no Chromium for the page's tests, and none can be installed: install one, or set CHROMIUM_BIN\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("there is no Chromium for the page's tests, and no shell to install one: {error}"),
    }
}
