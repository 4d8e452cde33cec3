//! A Redis that Centrifugo's nodes share: the one that is installed, or Debian's.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use centrifugo_tests::{debian, eventually};
use tempfile::TempDir;

use super::own_loopback;

const PORT: u16 = 6379;

/// A Redis, which ends when it is dropped.
#[derive(Debug)]
pub(super) struct Redis {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Redis {
    /// Starts one with this configuration file, on a loopback address and in a folder of its own.
    pub(super) async fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = SocketAddr::from((own_loopback(), PORT));
        let (host, place) = (address.ip(), folder.path().display());
        let config = format!("{config}\nbind {host}\nport {PORT}\ndir {place}\nlogfile {place}/log\n");
        fs::write(folder.path().join("redis.conf"), config).expect("a file");
        let redis = Self { process: launch(&folder).await, address, folder };
        redis.answers().await;
        redis
    }

    /// Its address, as Centrifugo's configuration has it.
    pub(super) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Sends SIGKILL, and waits for its end.
    pub(super) fn kill(&mut self) {
        self.process.kill().expect("a Redis that runs");
        self.process.wait().expect("its end");
    }

    /// Removes all that a killed one has written to its disk.
    pub(super) fn forget(&self) {
        drop(fs::remove_dir_all(self.folder.path().join("appendonlydir")));
    }

    /// Starts a killed one again, in its place.
    pub(super) async fn restart(&mut self) {
        self.process = launch(&self.folder).await;
        self.answers().await;
    }

    async fn answers(&self) {
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        eventually(|| TcpStream::connect(self.address).ok(), || format!("Redis doesn't answer:\n{}", log())).await;
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn launch(folder: &TempDir) -> Child {
    let program = debian::program(&["redis-server"], "REDIS_BIN", "redis-server").await;
    let mut command = Command::new(program);
    command.arg(folder.path().join("redis.conf")).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().expect("a Redis that can be started")
}
