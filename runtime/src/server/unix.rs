//! A listening Unix socket: its file is created, replaced if nobody listens on it, and removed at the end.

use std::fs::{self, File, Metadata, Permissions, TryLockError};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, SockAddr, SockRef, Type};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;

use crate::server::endpoint;
use crate::server::socket::{BACKLOG, waiting};

/// The mode of the file. Who may write to it may connect: the app's user, and the members of the file's group.
const MODE: u32 = 0o660;
/// How often an app tries to lock the directory, which another one keeps for less than a millisecond.
const LOCK_TRIES: usize = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// A listening Unix socket.
pub(crate) struct UnixSocket {
    /// Dropped before the socket: a file without a listener would look stale to another app, which would replace it.
    file: SocketFile,
    socket: UnixListener,
}

impl UnixSocket {
    pub(crate) async fn listen(path: &str) -> io::Result<Self> {
        let _turn = turn(path.as_ref()).await;
        remove_stale(path.as_ref()).await?;
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?).map_err(|error| explained(error, path.as_ref()))?;
        let file = SocketFile::new(path.to_owned())?;
        // Before `listen`, so nobody can connect by the mode that the umask has left.
        fs::set_permissions(path, Permissions::from_mode(MODE))?;
        socket.listen(BACKLOG as i32)?;
        socket.set_nonblocking(true)?;
        let socket = UnixListener::from_std(OwnedFd::from(socket).into())?;
        Ok(Self { file, socket })
    }

    pub(crate) async fn accept(&self) -> io::Result<UnixStream> {
        self.socket.accept().await.map(|(socket, _)| socket)
    }

    pub(crate) fn accept_waiting(&self) -> io::Result<UnixStream> {
        let socket = waiting(&SockRef::from(&self.socket))?;
        UnixStream::from_std(OwnedFd::from(socket).into())
    }

    pub(crate) fn endpoint(&self) -> String {
        endpoint::unix(&self.file.path)
    }
}

/// A lock of the file's directory, so that of two apps that start at once, the second one finds the first one listening,
/// rather than that both replace a file that neither listens on. Without it, if the system has no such locks or somebody
/// else keeps it, an app starts as well.
async fn turn(path: &Path) -> Option<File> {
    let directory = File::open(path.parent()?).ok()?;
    for _ in 0..LOCK_TRIES {
        match directory.try_lock() {
            Ok(()) => return Some(directory),
            Err(TryLockError::WouldBlock) => sleep(LOCK_PAUSE).await,
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// Removes the file of a socket that an app has left behind, for example one that was killed.
async fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(file) if file.file_type().is_socket() => {}
        Ok(_) => return Err(in_use("there is a file that isn't a socket: remove it, or choose another path")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    match UnixStream::connect(path).await {
        // Its queue of connections is full if it would block.
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => remove_refusing(path, error),
        _ => Err(in_use("another process listens on it: stop that process, or choose another path")),
    }
}

fn remove_refusing(path: &Path, error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        // Its app has just removed it.
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

fn in_use(fault: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, fault)
}

/// The error of a directory that doesn't exist, which the system reports as that of the file.
fn explained(error: io::Error, path: &Path) -> io::Error {
    match path.parent() {
        Some(directory) if error.kind() == io::ErrorKind::NotFound => {
            let fault = format!("the directory `{}` doesn't exist: create it, or choose another path", directory.display());
            io::Error::new(error.kind(), fault)
        }
        _ => error,
    }
}

/// The file of a socket, which is removed when this is dropped, unless it is another app's by then.
struct SocketFile {
    path: String,
    identity: Identity,
}

/// The device and the inode.
type Identity = (u64, u64);

impl SocketFile {
    fn new(path: String) -> io::Result<Self> {
        let identity = identity(&fs::symlink_metadata(&path)?);
        Ok(Self { path, identity })
    }
}

fn identity(file: &Metadata) -> Identity {
    (file.dev(), file.ino())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let removed = match fs::symlink_metadata(&self.path) {
            Ok(file) if identity(&file) == self.identity => fs::remove_file(&self.path),
            _ => Ok(()),
        };
        if let Err(error) = removed {
            tracing::warn!("can't remove the socket `{}`: {error}", self.path);
        }
    }
}
