//! The end of a Centrifugo whose program has ended without stopping it.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of the program, which closes the pipe; then kills Centrifugo by its id, and removes its folder.
const SCRIPT: &str = "trap '' HUP INT TERM; read -r line; kill -KILL \"$0\"; rm -rf \"$1\"";

/// Ends Centrifugo if this program ends while this exists, however it ends: a Centrifugo in a `static`, which all tests of a
/// program share, is never dropped. A system without a shell has no such thing.
#[derive(Debug)]
pub(crate) struct Watch(Option<Child>);

impl Watch {
    pub(crate) fn over(id: u32, folder: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, &id.to_string()]).arg(folder);
        Self(shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(shell) = &mut self.0 {
            // Killed before its pipe closes: else it would take this for the end of the program.
            drop(shell.kill());
            drop(shell.wait());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    fn sleeper() -> Child {
        Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().expect("a process")
    }

    #[test]
    fn the_end_of_the_program_ends_its_centrifugo() {
        let (mut centrifugo, folder) = (sleeper(), tempfile::tempdir().expect("a folder"));
        let mut watch = Watch::over(centrifugo.id(), folder.path());
        // The system closes the pipe of a program that has ended.
        drop(watch.0.as_mut().and_then(|shell| shell.stdin.take()));
        assert!(!centrifugo.wait().expect("an end").success());
        watch.0.as_mut().expect("a shell").wait().expect("an end");
        assert!(!folder.path().exists());
    }

    #[test]
    fn a_dropped_watch_ends_nothing() {
        let (mut centrifugo, folder) = (sleeper(), tempfile::tempdir().expect("a folder"));
        drop(Watch::over(centrifugo.id(), folder.path()));
        sleep(Duration::from_millis(100));
        assert!(centrifugo.try_wait().expect("a state").is_none() && folder.path().exists());
        centrifugo.kill().and_then(|()| centrifugo.wait()).expect("an end");
    }
}
