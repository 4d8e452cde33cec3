//! The peer in Go. Its schema is Centrifugo's own generated package, which Go lets no other module import: it is copied from
//! the module that the tests pin.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{succeed, target};
use crate::Result;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/grpc-go");
const PINNED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/server");
const MODULE: &str = "github.com/centrifugal/centrifugo/v6";

fn folder() -> PathBuf {
    target().join("benches/grpc-go")
}

pub(super) fn program() -> PathBuf {
    folder().join("grpc-go")
}

pub(super) fn build() -> Result<()> {
    let (folder, schema) = (folder(), folder().join("proxyproto"));
    fs::create_dir_all(&schema)?;
    for file in ["main.go", "go.mod", "go.sum"] {
        copy(&Path::new(SOURCE).join(file), &folder.join(file))?;
    }
    let centrifugo = centrifugo()?.join("internal/proxyproto");
    for file in ["proxy.pb.go", "proxy_grpc.pb.go", "raw.go"] {
        copy(&centrifugo.join(file), &schema.join(file))?;
    }
    let mut go = Command::new("go");
    go.args(["build", "-trimpath", "-o"]).arg(program()).arg(".").current_dir(folder).env("GOFLAGS", "-mod=readonly");
    succeed(&mut go, "build the peer grpc-go")
}

/// The folder of Centrifugo's source in Go's cache of modules.
fn centrifugo() -> Result<PathBuf> {
    let mut go = Command::new("go");
    succeed(go.args(["mod", "download", MODULE]).current_dir(PINNED), "download Centrifugo's source")?;
    let mut go = Command::new("go");
    let go = go.args(["list", "-m", "-f", "{{.Dir}}", MODULE]).current_dir(PINNED).stdin(Stdio::null()).output()?;
    Ok(PathBuf::from(String::from_utf8(go.stdout)?.trim()))
}

/// Copies the content alone: files in Go's cache are read-only, and such a copy couldn't be replaced the next time.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).map_err(|error| format!("can't read {}: {error}", from.display()))?;
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::write(to, content).map_err(|error| format!("can't write {}: {error}", to.display()).into())
}
