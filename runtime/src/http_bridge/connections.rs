//! The connections to a server, limited in number.
//!
//! hyper's client opens a connection for each call that finds none idle, and continues to open it in the background if
//! another one becomes idle first. A limit of calls would therefore not limit sockets. Here each connection takes a permit
//! before it is opened, and returns it when it is closed, whichever call it was opened for.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::error::BoxError;
use crate::handler::BoxFuture;

/// The longest time in which a connection is opened: the address resolved, the socket connected, TLS negotiated. Calls end
/// sooner, but a connection that hyper opens in the background has no call that would end it.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The reason why a connection was not opened.
#[derive(Debug, thiserror::Error)]
enum NotOpened {
    #[error("the server accepted no connection within {0:?}")]
    Late(Duration),
    #[error("the call that needed a connection has ended")]
    CallEnded,
}

tokio::task_local! {
    static CALLER: Caller;
}

/// The call for which a connection is opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    ended: CancellationToken,
    has_waited: Arc<AtomicBool>,
}

impl Caller {
    /// Runs the call's exchange. The connector finds its caller while the exchange is polled, and stops waiting when it
    /// ends.
    pub(crate) async fn run<F: Future>(self, exchange: F) -> F::Output {
        let _ended = self.ended.clone().drop_guard();
        CALLER.scope(self, exchange).await
    }

    /// Whether the call had to wait for a connection because the limit was reached.
    pub(crate) fn has_waited(&self) -> bool {
        self.has_waited.load(Ordering::Relaxed)
    }

    async fn acquire(self, permits: Arc<Semaphore>) -> Result<OwnedSemaphorePermit, NotOpened> {
        if let Ok(permit) = permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        self.has_waited.store(true, Ordering::Relaxed);
        let permit = self.ended.run_until_cancelled_owned(permits.acquire_owned()).await;
        permit.and_then(Result::ok).ok_or(NotOpened::CallEnded)
    }
}

/// A connector that limits the number of its open connections.
#[derive(Clone)]
pub(crate) struct LimitedConnector<C> {
    connector: C,
    permits: Arc<Semaphore>,
    timeout: Duration,
}

impl<C> LimitedConnector<C> {
    pub(crate) fn new(connector: C, connections: usize, timeout: Duration) -> Self {
        Self { connector, permits: Arc::new(Semaphore::new(connections)), timeout }
    }
}

impl<C> Service<Uri> for LimitedConnector<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = CountedConnection<C::Response>;
    type Error = BoxError;
    type Future = BoxFuture<Result<CountedConnection<C::Response>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let caller = CALLER.try_with(Caller::clone).unwrap_or_default();
        // The connector opens nothing before this future is polled.
        let opened = self.connector.call(server);
        let (permits, timeout) = (self.permits.clone(), self.timeout);
        Box::pin(async move {
            let permit = caller.acquire(permits).await?;
            let opened = tokio::time::timeout(timeout, opened).await.map_err(|_| NotOpened::Late(timeout))?;
            Ok(CountedConnection { io: opened.map_err(Into::into)?, _permit: permit })
        })
    }
}

/// A connection with its permit. Fields are dropped in this order, so the connection is closed before the permit is
/// returned.
pub(crate) struct CountedConnection<T> {
    io: T,
    _permit: OwnedSemaphorePermit,
}

impl<T: Connection> Connection for CountedConnection<T> {
    fn connected(&self) -> Connected {
        self.io.connected()
    }
}

impl<T: Read + Unpin> Read for CountedConnection<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for CountedConnection<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{pending, ready};

    use tokio::time::timeout;
    use tower::service_fn;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    fn server() -> Uri {
        Uri::from_static("http://api.test")
    }

    #[tokio::test]
    async fn a_connection_keeps_its_permit_until_it_is_closed() {
        let mut connector = LimitedConnector::new(service_fn(|_| ready(Ok::<_, Infallible>(()))), 2, CONNECT_TIMEOUT);
        let (first, _second) = (connector.call(server()).await.unwrap(), connector.call(server()).await.unwrap());
        let mut third = connector.call(server());
        assert!(timeout(SOON, &mut third).await.is_err());
        drop(first);
        assert!(third.await.is_ok());
    }

    #[tokio::test]
    async fn a_connection_that_does_not_open_returns_its_permit() {
        let mut connector = LimitedConnector::new(service_fn(|_| pending::<Result<(), Infallible>>()), 1, SOON);
        for _ in 0..2 {
            let error = connector.call(server()).await.err().unwrap();
            assert_eq!(error.to_string(), "the server accepted no connection within 20ms");
        }
        assert_eq!(connector.permits.available_permits(), 1);
    }

    #[tokio::test]
    async fn nothing_waits_for_a_connection_when_its_call_has_ended() {
        let mut connector = LimitedConnector::new(service_fn(|_| ready(Ok::<_, Infallible>(()))), 1, CONNECT_TIMEOUT);
        let _open = connector.call(server()).await.unwrap();
        let caller = Caller::default();
        let mut waiting = None;
        let call = caller.clone().run(async {
            let waiting = waiting.insert(connector.call(server()));
            assert!(timeout(SOON, waiting).await.is_err());
        });
        call.await;
        // hyper continues to poll it in the background.
        let error = waiting.unwrap().await.err().unwrap();
        assert_eq!(error.to_string(), "the call that needed a connection has ended");
        assert!(caller.has_waited());
    }
}
