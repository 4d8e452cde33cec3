//! Subscription streams that are opened, and stay open.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use prost::Message;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::answers::{Call, Fields};
use super::{grpc, phase, wire};
use crate::Result;

/// The number of streams that are being opened at a time.
const AT_ONCE: usize = 100;

/// The time that it took to open all streams.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) seconds: f64,
}

/// Opens the streams, and keeps them open until the second phase.
pub(super) async fn open(address: SocketAddr, streams: usize) -> Result<()> {
    let connection = Rc::new(grpc::Connection::open(address).await?);
    let fields: Fields = Call::Subscribe.fields();
    let request = fields.subscription("ticks:1").encode_to_vec();
    // Streams have no deadline.
    let request = Rc::new(grpc::Request::new(address, "SubscribeUnidirectional", &request, None)?);
    let mut all = vec![opened(&connection, &request).await?];
    phase(async || {
        let (start, mut tasks) = (Instant::now(), JoinSet::new());
        for _ in 1..streams {
            let (connection, request) = (Rc::clone(&connection), Rc::clone(&request));
            tasks.spawn_local(async move { opened(&connection, &request).await });
            if tasks.len() == AT_ONCE
                && let Some(stream) = tasks.join_next().await
            {
                all.push(stream??);
            }
        }
        while let Some(stream) = tasks.join_next().await {
            all.push(stream??);
        }
        Ok(Opened { seconds: start.elapsed().as_secs_f64() })
    })
    .await?;
    phase(async || {
        // Still open: the end of a stream would have arrived by now.
        let ended = all.iter().filter(|stream| stream.is_end_stream()).count();
        if ended == 0 { Ok(all.len()) } else { Err(format!("{ended} streams have ended").into()) }
    })
    .await
}

/// A stream whose first message accepts the subscription.
async fn opened(connection: &grpc::Connection, request: &grpc::Request) -> Result<h2::RecvStream> {
    let mut stream = connection.send(request).await?;
    let first = wire::StreamSubscribeResponse::decode(grpc::message(&mut stream).await?)?;
    match first.subscribe_response {
        Some(wire::SubscribeResponse { result: Some(_), error: None, disconnect: None }) => Ok(stream),
        response => Err(format!("a stream is answered by {response:?}").into()),
    }
}
