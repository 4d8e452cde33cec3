//! Work that a connection waits for beside its loop: that of commands, and that of its timers.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Connection;
use super::reply::Outcome;

/// Work that runs beside the connection's task, and ends with a function that finishes it there.
pub(super) type Work = BoxFuture<'static, Finish>;

pub(super) type Finish = Box<dyn FnOnce(&mut Connection) + Send>;

impl Connection {
    /// Waits for what a command needs, and finishes it then. Until then it counts as one that runs.
    pub(super) fn wait<T: Send + 'static>(
        &mut self,
        id: u32,
        work: impl Future<Output = T> + Send + 'static,
        finish: impl FnOnce(&mut Self, T) -> Outcome + Send + 'static,
    ) {
        self.commands += 1;
        self.wait_beside(work, move |connection, value| {
            connection.commands -= 1;
            let outcome = finish(connection, value);
            connection.conclude(id, outcome);
        });
    }

    /// Waits for something that is no command.
    pub(super) fn wait_beside<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
        finish: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        let work = work.map(move |value| {
            // `value` is moved into the function that ends the work.
            Box::new(move |connection: &mut Connection| finish(connection, value)) as Finish
        });
        self.work.push(work.boxed());
    }
}
