//! The old route, without a method in its path: one command or several, one after the other.

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::codec::ErrorCode;

use super::ApiResponse;
use super::command::{Command, METHODS};
use super::execute::Executor;
use super::result::{ApiError, Fault};

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: u32,
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Option<Box<RawValue>>,
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
    /// The replies, a line each.
    pub(super) async fn legacy(&self, body: &[u8]) -> Result<ApiResponse, Fault> {
        let requests: Vec<Request> =
            Deserializer::from_slice(body).into_iter().collect::<Result<_, _>>().map_err(not_json)?;
        if requests.is_empty() {
            return Err(Fault::NotJson);
        }
        let mut lines = Vec::with_capacity(requests.len());
        for request in requests {
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
        let method = request.method.to_lowercase();
        if !METHODS.contains(&method.as_str()) {
            return Err(ErrorCode::METHOD_NOT_FOUND.into());
        }
        let params = request.params.as_deref().map_or("{}", RawValue::get);
        self.execute(Command::parse(&method, params.as_bytes())?).await
    }
}

fn not_json(error: serde_json::Error) -> Fault {
    tracing::info!(%error, "a request to the server API is malformed");
    Fault::NotJson
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
