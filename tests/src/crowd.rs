//! Many clients that call through a real Centrifugo at a fixed rate, by its JSON protocol over WebSocket.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::CancellationToken;

/// A client that has one call at a time.
struct Member {
    socket: WebSocketStream<TcpStream>,
    id: u32,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Clients that are connected.
#[derive(Debug)]
pub struct Crowd(Vec<Member>);

/// The calls of a crowd.
#[derive(Debug, Default)]
pub struct Calls {
    /// The time that each answered call took, from the time at which it was due.
    pub answered: Vec<Duration>,
    /// The replies of the others, with the time since the first call.
    pub failed: Vec<(Duration, String)>,
}

impl Crowd {
    /// Connects this many clients to each Centrifugo.
    ///
    /// # Panics
    ///
    /// If one of them isn't accepted.
    pub async fn connect(centrifugos: impl IntoIterator<Item = SocketAddr>, clients: usize) -> Self {
        let mut members = Vec::new();
        for address in centrifugos {
            for _ in 0..clients {
                members.push(Member::connect(address).await.expect("a client that is accepted"));
            }
        }
        Self(members)
    }

    /// Makes this many calls a second, all clients together, until the future is ready. Then the calls that run finish.
    ///
    /// # Panics
    ///
    /// If a client panics.
    pub async fn calls_until<T>(self, rate: u32, command: &'static str, end: impl Future<Output = T>) -> (T, Calls) {
        let (begun, stop) = (Instant::now(), CancellationToken::new());
        let pause = Duration::from_secs(1) * u32::try_from(self.0.len()).expect("a crowd") / rate;
        let one = |member: Member| member.calls(pause, command, begun, stop.clone());
        let calling: JoinSet<Calls> = self.0.into_iter().map(one).collect();
        let result = end.await;
        stop.cancel();
        let mut all = Calls::default();
        for calls in calling.join_all().await {
            all.answered.extend(calls.answered);
            all.failed.extend(calls.failed);
        }
        all.answered.sort_unstable();
        (result, all)
    }
}

impl Member {
    async fn connect(address: SocketAddr) -> Result<Self, tungstenite::Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/connection/websocket"), stream).await?;
        let mut member = Self { socket, id: 0 };
        let reply = member.ask(r#""connect":{}"#).await?;
        assert!(reply["connect"].is_object(), "{reply}");
        Ok(member)
    }

    async fn calls(mut self, pause: Duration, command: &str, begun: Instant, stop: CancellationToken) -> Calls {
        let (mut clock, mut calls) = (interval(pause), Calls::default());
        while let Some(due) = stop.run_until_cancelled(clock.tick()).await {
            match self.ask(command).await {
                Ok(reply) if reply["error"].is_null() => calls.answered.push(due.elapsed()),
                Ok(reply) => calls.failed.push((begun.elapsed(), reply.to_string())),
                Err(error) => {
                    calls.failed.push((begun.elapsed(), error.to_string()));
                    break;
                }
            }
        }
        calls
    }

    /// Sends a command, and waits for its reply.
    async fn ask(&mut self, command: &str) -> Result<Value, tungstenite::Error> {
        self.id += 1;
        self.socket.send(Message::text(format!(r#"{{"id":{},{command}}}"#, self.id))).await?;
        loop {
            let message = self.socket.next().await.ok_or(tungstenite::Error::ConnectionClosed)??;
            let lines = message.into_text()?;
            for line in lines.lines() {
                let reply: Value = serde_json::from_str(line).map_err(io::Error::from)?;
                if reply["id"] == self.id {
                    return Ok(reply);
                }
                if reply.as_object().is_some_and(|ping| ping.is_empty()) {
                    self.socket.send(Message::text("{}")).await?;
                }
            }
        }
    }
}

impl Calls {
    /// The time within which this share of the answered calls had its reply, of 0 to 1.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.answered.len().saturating_sub(1);
        self.answered.get((last as f64 * share) as usize).copied().unwrap_or_default()
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answered, failed) = (self.answered.len(), self.failed.len());
        let [half, most, all] = [0.5, 0.99, 1.0].map(|share| self.quantile(share));
        write!(f, "{answered} calls answered, {failed} failed; p50 {half:.1?}, p99 {most:.1?}, longest {all:.1?}")
    }
}
