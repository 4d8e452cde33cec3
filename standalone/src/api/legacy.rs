//! The old route, without a method in its path: one command or several, one after the other.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::Deserializer;
use serde_json::value::RawValue;
use tokio::task::consume_budget;

use crate::codec::ErrorCode;

use super::ApiResponse;
use super::command::{Command, METHODS};
use super::execute::Executor;
use super::read::{self, Read, requests};
use super::result::{ApiError, Fault};

/// The methods by their numbers, which a request may have instead of names. Those of Centrifugo PRO aren't found.
const NUMBERED: [&str; 40] = [
    "publish",
    "broadcast",
    "unsubscribe",
    "disconnect",
    "presence",
    "presence_stats",
    "history",
    "history_remove",
    "channels",
    "info",
    "rpc",
    "subscribe",
    "refresh",
    "",
    "connections",
    "update_user_status",
    "get_user_status",
    "delete_user_status",
    "block_user",
    "unblock_user",
    "revoke_token",
    "invalidate_user_tokens",
    "device_register",
    "device_update",
    "device_remove",
    "device_list",
    "device_topic_list",
    "device_topic_update",
    "user_topic_list",
    "user_topic_update",
    "send_push_notification",
    "update_push_status",
    "cancel_push",
    "map_publish",
    "map_remove",
    "map_read_state",
    "map_read_stream",
    "map_stats",
    "map_clear",
    "shared_poll_publish",
];

requests! {
    Request { id: u32, method: Number, params: Bytes }
}

/// A method. Absent, it is `publish`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Number(i32);

impl Read for Number {
    fn read(&mut self, json: &RawValue) -> serde_json::Result<()> {
        let name = json.get().trim_matches('"').to_ascii_lowercase();
        let known = NUMBERED.iter().position(|known| !name.is_empty() && *known == name);
        self.0 = match known.and_then(|number| i32::try_from(number).ok()) {
            Some(number) => number,
            None => json.get().parse().map_err(serde::de::Error::custom)?,
        };
        Ok(())
    }
}

impl Number {
    fn name(self) -> &'static str {
        usize::try_from(self.0).ok().and_then(|number| NUMBERED.get(number)).copied().unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Reply {
    #[serde(skip_serializing_if = "is_zero")]
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ApiError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
}

impl Executor<'_> {
    /// The replies, a line each. A malformed request ends all: those before it have been executed.
    pub(super) async fn legacy(&self, body: &[u8]) -> Result<ApiResponse, Fault> {
        if body.is_empty() {
            return Err(Fault::NotJson("it has no body".to_owned()));
        }
        let mut lines = Vec::new();
        for request in Deserializer::from_slice(body).into_iter::<&RawValue>() {
            // Other tasks have their turn, too.
            consume_budget().await;
            let request = request.and_then(read::value).map_err(|error| Fault::NotJson(error.to_string()))?;
            lines.push(serde_json::to_string(&self.legacy_reply(request).await?).map_err(|_| Fault::Binary)?);
        }
        Ok(ApiResponse { status: StatusCode::OK, body: Bytes::from(lines.join("\n")), is_json: true })
    }

    async fn legacy_reply(&self, request: Request) -> Result<Reply, Fault> {
        let id = request.id;
        match self.legacy_result(request).await {
            Ok(result) => Ok(Reply { id, error: None, result: Some(result) }),
            Err(Fault::Error(error)) => Ok(Reply { id, error: Some(error.into()), result: None }),
            Err(fault) => Err(fault),
        }
    }

    async fn legacy_result(&self, request: Request) -> Result<Box<RawValue>, Fault> {
        let method = request.method.name();
        if !METHODS.contains(&method) {
            return Err(ErrorCode::METHOD_NOT_FOUND.into());
        }
        // What `info` is called with isn't looked at.
        let command = if method == "info" { Ok(Command::Info) } else { Command::parse(method, &request.params) };
        self.execute(command.map_err(|_| ErrorCode::BAD_REQUEST)?).await
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
