//! Programs from Debian's packages, which are installed where they are missing.

use std::env;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::Mutex;

/// A program by one of its names: the value of this environment variable, or the first one in `PATH`, or that of this
/// package, which is then installed.
///
/// # Panics
///
/// If there is none, and none can be installed.
pub async fn program(names: &[&str], variable: &str, package: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable) {
        return path.into();
    }
    // Tests run side by side, and apt-get refuses to.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    match in_path(names) {
        Some(path) => path,
        None => {
            install(package, variable).await;
            in_path(names).unwrap_or_else(|| panic!("no {names:?} in PATH, though {package} is installed"))
        }
    }
}

fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|program| program.is_file())
}

/// Installs it with Debian's package manager, as root or by `sudo` without a password.
async fn install(package: &str, variable: &str) {
    let script = "if [ \"$(id -u)\" = 0 ]; then s=; else s='sudo -n'; fi
        $s apt-get update -qq &&
        $s env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \"$0\"";
    let output = Command::new("sh").args(["-c", script, package]).stdin(Stdio::null()).output().await;
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "there is no {package} for the tests, and none can be installed: install it, or set {variable}\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("there is no {package} for the tests, and no shell to install it: {error}"),
    }
}
