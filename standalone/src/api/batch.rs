//! Many commands in one request.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::codec::ErrorCode;

use super::ApiResponse;
use super::command::{self, Command, METHODS};
use super::execute::Executor;
use super::result::{ApiError, Fault};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Batch {
    commands: Option<Vec<Option<Item>>>,
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
#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Result(BTreeMap<&'static str, Box<RawValue>>),
    Error { error: ApiError },
}

impl Executor<'_> {
    /// Executes the commands in order, or `parallel` ones at once, and answers in order. One malformed command stops all.
    pub(super) async fn batch(&self, body: &[u8]) -> Result<ApiResponse, Fault> {
        let batch: Batch = command::read(body)?;
        let items = batch.commands.unwrap_or_default().into_iter().map(read);
        let commands: Vec<_> = items.collect::<Result<_, Fault>>()?;
        let replies = if batch.parallel {
            join_all(commands.into_iter().map(|command| self.reply(command))).await
        } else {
            self.replies_in_order(commands).await
        };
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

    /// `Err`: the whole batch fails.
    async fn reply(&self, command: Read) -> Result<Reply, Fault> {
        let executed = match command {
            Ok((method, command)) => self.execute(command).await.map(|result| (method, result)),
            Err(error) => Err(error.into()),
        };
        match executed {
            Ok((method, result)) => Ok(Reply::Result(BTreeMap::from([(method, result)]))),
            Err(Fault::Error(error)) => Ok(Reply::Error { error: error.into() }),
            Err(fault) => Err(fault),
        }
    }
}

/// A command with its method, or its error.
type Read = Result<(&'static str, Command), ErrorCode>;

/// The first method that an item names. Error 107: it is `null`. Error 104: it names none.
fn read(item: Option<Item>) -> Result<Read, Fault> {
    let Some(item) = item else {
        return Ok(Err(ErrorCode::BAD_REQUEST));
    };
    let named = METHODS.iter().find_map(|method| Some((*method, item.get(*method)?.as_ref()?)));
    match named {
        Some((method, request)) => Command::parse(method, request.get().as_bytes()).map(|command| Ok((method, command))),
        None => Ok(Err(ErrorCode::METHOD_NOT_FOUND)),
    }
}
