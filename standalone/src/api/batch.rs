//! Many commands in one request.

use std::collections::BTreeMap;

use futures_util::stream::{FuturesOrdered, StreamExt};
use http::StatusCode;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::task::consume_budget;

use crate::codec::ErrorCode;

use super::ApiResponse;
use super::command::{self, Command, METHODS};
use super::execute::Executor;
use super::result::{ApiError, Fault};

/// The most commands that run at once.
const AT_ONCE: usize = 64;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    /// As they are written: a batch may have very many.
    commands: Option<Vec<Option<Box<RawValue>>>>,
    parallel: bool,
}

/// `{"publish": {..}}`.
type Item = BTreeMap<String, Option<Box<RawValue>>>;

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
        let batch: Batch = command::read(body)?;
        let items = batch.commands.unwrap_or_default().into_iter().map(read);
        let commands: Vec<_> = items.collect::<Result<_, Fault>>()?;
        let replies =
            if batch.parallel { self.replies_at_once(commands).await } else { self.replies_in_order(commands).await };
        let replies = replies.into_iter().collect::<Result<_, Fault>>()?;
        Ok(ApiResponse::json(StatusCode::OK, &Batched { replies }))
    }

    async fn replies_in_order(&self, commands: Vec<Read>) -> Vec<Result<Reply, Fault>> {
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            replies.push(self.reply(command).await);
        }
        replies
    }

    async fn replies_at_once(&self, commands: Vec<Read>) -> Vec<Result<Reply, Fault>> {
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
    async fn reply(&self, command: Read) -> Result<Reply, Fault> {
        // Other tasks have their turn, too.
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
type Read = Result<(&'static str, Command), ErrorCode>;

/// The first method that an item names. Error 107: it is `null`. Error 104: it names none.
fn read(item: Option<Box<RawValue>>) -> Result<Read, Fault> {
    let Some(item) = item else {
        return Ok(Err(ErrorCode::BAD_REQUEST));
    };
    let item: Item = command::read(item.get().as_bytes())?;
    let named = METHODS.iter().find_map(|method| Some((*method, item.get(*method)?.as_ref()?)));
    match named {
        Some((method, request)) => Command::parse(method, request.get().as_bytes()).map(|command| Ok((method, command))),
        None => Ok(Err(ErrorCode::METHOD_NOT_FOUND)),
    }
}
