//! A mixture of all that may happen to an app: calls that answer, wait, fail, panic and are reset, streams that open, fail
//! and are left, and connections that come and go.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use serde::{Deserialize, Serialize};
use tokio::task::AbortHandle;

use super::answers::Fields;
use super::pace::{self, Outcome, Pace};
use super::{UNHURRIED, grpc, phase, wire};
use crate::Result;

/// The number of streams that are open: a new one closes the oldest.
const STREAMS: usize = 200;
/// The time in which calls that were reset are over in the app.
const REST: Duration = Duration::from_millis(500);

/// The pace and length of a soak.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Soak {
    pub(crate) address: SocketAddr,
    pub(crate) pace: Pace,
    pub(crate) window: Duration,
    pub(crate) windows: u32,
}

/// What a driver finds in one window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) outcome: Outcome,
    /// The app's tasks at the end, when no call runs.
    pub(crate) tasks: f64,
}

pub(super) async fn run(soak: &Soak) -> Result<()> {
    let mix = Rc::new(Mix::open(soak.address).await?);
    for _ in 0..soak.windows {
        phase(async || {
            let outcome = soak.pace.run(&mix, soak.window).await?;
            tokio::time::sleep(REST).await;
            Ok(Window { outcome, tasks: mix.tasks().await? })
        })
        .await?;
    }
    Ok(())
}

struct Mix {
    address: SocketAddr,
    connection: grpc::Connection,
    ping: grpc::Request,
    wait: grpc::Request,
    fail: grpc::Request,
    panic: grpc::Request,
    tasks: grpc::Request,
    ticks: grpc::Request,
    fails: grpc::Request,
    streams: RefCell<VecDeque<AbortHandle>>,
    next: Cell<u32>,
}

impl Mix {
    async fn open(address: SocketAddr) -> Result<Self> {
        let rpc = |method| {
            let request = Fields { user: "42", ..Fields::default() }.rpc(method).encode_to_vec();
            grpc::Request::new(address, "RPC", &request, Some(UNHURRIED))
        };
        let stream = |channel| {
            let request = Fields { user: "42", ..Fields::default() }.subscription(channel).encode_to_vec();
            grpc::Request::new(address, "SubscribeUnidirectional", &request, None)
        };
        let mix = Self {
            address,
            connection: grpc::Connection::open(address).await?,
            ping: rpc("ping")?,
            wait: rpc("wait")?,
            fail: rpc("fail")?,
            panic: rpc("panic")?,
            tasks: rpc("tasks")?,
            ticks: stream("ticks:1")?,
            fails: stream("fails:1")?,
            streams: RefCell::default(),
            next: Cell::new(0),
        };
        for _ in 0..STREAMS {
            mix.stream().await?;
        }
        Ok(mix)
    }

    async fn tasks(&self) -> Result<f64> {
        Ok(data(&self.connection.call(&self.tasks).await?)?.parse()?)
    }

    async fn answers(&self, connection: &grpc::Connection, request: &grpc::Request, expected: &str) -> Result<()> {
        let data = data(&connection.call(request).await?)?;
        if data == expected { Ok(()) } else { Err(format!("the answer is {data}").into()) }
    }

    async fn fails(&self, request: &grpc::Request) -> Result<()> {
        match self.connection.call(request).await {
            Ok(response) => Err(format!("a failing call is answered by {response:?}").into()),
            Err(_) => Ok(()),
        }
    }

    /// Opens a stream, and leaves the oldest one.
    async fn stream(&self) -> Result<()> {
        let mut stream = self.connection.send(&self.ticks).await?;
        grpc::message(&mut stream).await?;
        let reading = tokio::task::spawn_local(async move { while grpc::message(&mut stream).await.is_ok() {} });
        let mut streams = self.streams.borrow_mut();
        streams.push_back(reading.abort_handle());
        if streams.len() > STREAMS
            && let Some(oldest) = streams.pop_front()
        {
            oldest.abort();
        }
        Ok(())
    }

    /// Opens a stream that fails after its first publication, and leaves it before its end, which comes after a second.
    async fn failing_stream(&self) -> Result<()> {
        let mut stream = self.connection.send(&self.fails).await?;
        grpc::message(&mut stream).await.map(drop)
    }

    /// Makes a call, and resets it before its response.
    async fn reset(&self) {
        let call = self.connection.call(&self.wait);
        drop(tokio::time::timeout(Duration::from_millis(1), call).await);
    }

    async fn reconnect(&self) -> Result<()> {
        let connection = grpc::Connection::open(self.address).await?;
        self.answers(&connection, &self.ping, r#""pong""#).await
    }
}

impl pace::Line for Mix {
    /// The next of a thousand calls, which begin anew then.
    async fn call(&self) -> Result<()> {
        let next = self.next.replace((self.next.get() + 1) % 1000);
        match next {
            7 => return self.reconnect().await,
            8 => return self.failing_stream().await,
            _ => {}
        }
        match next % 100 {
            10 | 60 => self.answers(&self.connection, &self.wait, r#""waited""#).await,
            20 | 70 => self.fails(&self.fail).await,
            30 => self.fails(&self.panic).await,
            40 => self.stream().await,
            50 => {
                self.reset().await;
                Ok(())
            }
            _ => self.answers(&self.connection, &self.ping, r#""pong""#).await,
        }
    }
}

/// The data of an RPC's response.
fn data(response: &Bytes) -> Result<String> {
    match wire::RpcResponse::decode(response.clone())?.result {
        Some(result) => Ok(String::from_utf8(result.data.to_vec())?),
        None => Err("an RPC has no result".into()),
    }
}
