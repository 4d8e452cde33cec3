//! Many commands in one request.

use bytes::Bytes;
use futures_util::stream::{FuturesOrdered, StreamExt};
use http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::task::consume_budget;

use crate::codec::ErrorCode;

use super::ApiResponse;
use super::command::{Command, METHODS};
use super::execute::Executor;
use super::read::{self, Object, Read, requests};
use super::result::{ApiError, Fault};

/// The most commands that run at once.
const AT_ONCE: usize = 64;

requests! {
    /// The commands as they are written: there may be very many.
    Batch { commands: Vec<Option<Bytes>>, parallel: bool }
}

/// `{"publish": {..}}`: the requests that a command has, by their methods.
#[derive(Debug, Clone, Default)]
pub(super) struct Item([Option<Bytes>; METHODS.len()]);

impl Object for Item {
    fn field(&mut self, key: &str) -> Option<&mut dyn Read> {
        let method = METHODS.iter().position(|method| *method == key)?;
        Some(&mut self.0[method])
    }
}

impl Read for Item {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        read::object(self, json)
    }
}

#[derive(Serialize)]
struct Batched {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replies: Vec<Reply>,
}

/// `{"publish": {..}}` or `{"error": {..}}`.
enum Reply {
    Result(&'static str, Box<RawValue>),
    Error(ApiError),
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Result(method, result) => serializer.collect_map([(method, result)]),
            Self::Error(error) => serializer.collect_map([("error", error)]),
        }
    }
}

impl Executor<'_> {
    /// Executes the commands in order, or some at once if it is `parallel`, and answers in order. One malformed command
    /// stops all.
    pub(super) async fn batch(&self, body: &[u8]) -> Result<ApiResponse, Fault> {
        let batch: Batch = read::request(body)?;
        let mut commands = Vec::with_capacity(batch.commands.len());
        for item in batch.commands {
            // Other tasks have their turn, too.
            consume_budget().await;
            commands.push(read(item)?);
        }
        let replies =
            if batch.parallel { self.replies_at_once(commands).await } else { self.replies_in_order(commands).await };
        let replies = replies.into_iter().collect::<Result<_, Fault>>()?;
        Ok(ApiResponse::json(StatusCode::OK, &Batched { replies }))
    }

    async fn replies_in_order(&self, commands: Vec<Named>) -> Vec<Result<Reply, Fault>> {
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            replies.push(self.reply(command).await);
        }
        replies
    }

    async fn replies_at_once(&self, commands: Vec<Named>) -> Vec<Result<Reply, Fault>> {
        let mut replies = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter();
        let mut running: FuturesOrdered<_> = commands.by_ref().take(AT_ONCE).map(|command| self.reply(command)).collect();
        while let Some(reply) = running.next().await {
            replies.push(reply);
            running.extend(commands.next().map(|command| self.reply(command)));
        }
        replies
    }

    /// `Err`: the whole batch fails.
    async fn reply(&self, command: Named) -> Result<Reply, Fault> {
        consume_budget().await;
        let executed = match command {
            Ok((method, command)) => self.execute(command).await.map(|result| (method, result)),
            Err(error) => Err(error.into()),
        };
        match executed {
            Ok((method, result)) => Ok(Reply::Result(method, result)),
            Err(Fault::Error(error)) => Ok(Reply::Error(error.into())),
            Err(fault) => Err(fault),
        }
    }
}

/// A command with its method, or its error.
type Named = Result<(&'static str, Command), ErrorCode>;

/// The first method that an item names. All of its requests are read. Error 107: it is `null`. Error 104: it names none.
fn read(item: Option<Bytes>) -> Result<Named, Fault> {
    let Some(item) = item else {
        return Ok(Err(ErrorCode::BAD_REQUEST));
    };
    let Item(requests) = read::request(&item)?;
    let mut named = Vec::new();
    for (method, request) in METHODS.into_iter().zip(requests) {
        if let Some(request) = request {
            named.push((method, Command::parse(method, &request)?));
        }
    }
    Ok(named.into_iter().next().ok_or(ErrorCode::METHOD_NOT_FOUND))
}
