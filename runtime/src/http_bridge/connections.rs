//! The connections to a server: a limited number at a time, counted as sockets.
//!
//! hyper's client opens a connection for each call that finds none idle, and goes on with it in the background when another
//! one becomes idle first. So a limit of calls would be none of sockets. Here each connection takes a place before it is
//! opened, and gives it back when it is closed, whichever call it was for.

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
use tonic::codegen::Service;

use super::failure::BoxError;
use crate::handler::BoxFuture;

/// How long it may take to open a connection: to find its address, to connect, to agree on TLS. Calls end sooner, but a
/// connection that hyper opens in the background has no call that would end it.
pub(crate) const OPENING: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
enum NotOpened {
    #[error("the server has accepted no connection within {0:?}")]
    Late(Duration),
    #[error("the call that needed a connection is over")]
    NotNeeded,
}

tokio::task_local! {
    static CALLER: Caller;
}

/// The call that a connection is opened for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    over: CancellationToken,
    has_waited: Arc<AtomicBool>,
}

impl Caller {
    /// Runs the call's exchange. The connector sees its caller while that is polled, and stops waiting when that ends.
    pub(crate) async fn run<F: Future>(self, exchange: F) -> F::Output {
        let _over = self.over.clone().drop_guard();
        CALLER.scope(self, exchange).await
    }

    /// Whether there was no place for another connection when the call needed one.
    pub(crate) fn has_waited(&self) -> bool {
        self.has_waited.load(Ordering::Relaxed)
    }

    async fn place(self, places: Arc<Semaphore>) -> Result<OwnedSemaphorePermit, NotOpened> {
        if let Ok(place) = places.clone().try_acquire_owned() {
            return Ok(place);
        }
        self.has_waited.store(true, Ordering::Relaxed);
        let place = self.over.run_until_cancelled_owned(places.acquire_owned()).await;
        place.and_then(Result::ok).ok_or(NotOpened::NotNeeded)
    }
}

/// A connector whose connections are limited in number.
#[derive(Clone)]
pub(crate) struct Capped<C> {
    connector: C,
    places: Arc<Semaphore>,
    opening: Duration,
}

impl<C> Capped<C> {
    pub(crate) fn new(connector: C, connections: usize, opening: Duration) -> Self {
        Self { connector, places: Arc::new(Semaphore::new(connections)), opening }
    }
}

impl<C> Service<Uri> for Capped<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = Held<C::Response>;
    type Error = BoxError;
    type Future = BoxFuture<Result<Held<C::Response>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let caller = CALLER.try_with(Caller::clone).unwrap_or_default();
        // Opens nothing before it is polled.
        let opened = self.connector.call(server);
        let (places, opening) = (self.places.clone(), self.opening);
        Box::pin(async move {
            let place = caller.place(places).await?;
            let opened = tokio::time::timeout(opening, opened).await.map_err(|_| NotOpened::Late(opening))?;
            Ok(Held { io: opened.map_err(Into::into)?, _place: place })
        })
    }
}

/// A connection, and its place among those that may be open. Fields are dropped in this order: it is closed first.
pub(crate) struct Held<T> {
    io: T,
    _place: OwnedSemaphorePermit,
}

impl<T: Connection> Connection for Held<T> {
    fn connected(&self) -> Connected {
        self.io.connected()
    }
}

impl<T: Read + Unpin> Read for Held<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for Held<T> {
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
    async fn a_connection_has_its_place_until_it_is_closed() {
        let mut connector = Capped::new(service_fn(|_| ready(Ok::<_, Infallible>(()))), 2, OPENING);
        let (first, _second) = (connector.call(server()).await.unwrap(), connector.call(server()).await.unwrap());
        let mut third = connector.call(server());
        assert!(timeout(SOON, &mut third).await.is_err());
        drop(first);
        assert!(third.await.is_ok());
    }

    #[tokio::test]
    async fn a_connection_that_does_not_open_gives_its_place_back() {
        let mut connector = Capped::new(service_fn(|_| pending::<Result<(), Infallible>>()), 1, SOON);
        for _ in 0..2 {
            let error = connector.call(server()).await.err().unwrap();
            assert_eq!(error.to_string(), "the server has accepted no connection within 20ms");
        }
        assert_eq!(connector.places.available_permits(), 1);
    }

    #[tokio::test]
    async fn nothing_waits_for_a_connection_when_its_call_is_over() {
        let mut connector = Capped::new(service_fn(|_| ready(Ok::<_, Infallible>(()))), 1, OPENING);
        let _open = connector.call(server()).await.unwrap();
        let caller = Caller::default();
        let mut waiting = None;
        let call = caller.clone().run(async {
            let waiting = waiting.insert(connector.call(server()));
            assert!(timeout(SOON, waiting).await.is_err());
        });
        call.await;
        // As hyper goes on with it, in the background.
        let error = waiting.unwrap().await.err().unwrap();
        assert_eq!(error.to_string(), "the call that needed a connection is over");
        assert!(caller.has_waited());
    }
}
