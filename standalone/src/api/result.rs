//! Results and errors of the server API, as JSON. A field without value is absent, unless Centrifugo always writes it.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::codec::ErrorCode;
use crate::hub::{HistoryPage, Position};
use crate::proto::client;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// An error that the API defines.
    Error(ErrorCode),
    /// The request can't be read, for this reason: 400.
    NotJson(String),
    /// A payload isn't JSON, so that the result can't be written: 500.
    Binary,
}

impl Fault {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Error(error) => status_of(*error),
            Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::Binary => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<ErrorCode> for Fault {
    fn from(error: ErrorCode) -> Self {
        Self::Error(error)
    }
}

/// The status of an error in the mode `transport`.
pub(super) fn status_of(error: ErrorCode) -> StatusCode {
    match error {
        ErrorCode::UNKNOWN_CHANNEL | ErrorCode::METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        ErrorCode::BAD_REQUEST | ErrorCode::NOT_AVAILABLE => StatusCode::BAD_REQUEST,
        ErrorCode::UNRECOVERABLE_POSITION => StatusCode::RANGE_NOT_SATISFIABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `{"result": ..}` or `{"error": ..}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply<T> {
    Result(T),
    Error(ApiError),
}

impl<T> From<Result<T, ErrorCode>> for Reply<T> {
    fn from(result: Result<T, ErrorCode>) -> Self {
        result.map_or_else(|error| Self::Error(error.into()), Self::Result)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ApiError {
    code: u32,
    message: String,
}

impl From<ErrorCode> for ApiError {
    fn from(error: ErrorCode) -> Self {
        let client::Error { code, message, .. } = error.error();
        // The API has a text of its own for 104.
        let message = if error == ErrorCode::METHOD_NOT_FOUND { "not found".to_owned() } else { message };
        Self { code, message }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Empty {}

#[derive(Debug, Serialize)]
pub(super) struct Published {
    #[serde(skip_serializing_if = "is_zero")]
    offset: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    epoch: String,
}

impl From<Position> for Published {
    fn from(Position { offset, epoch }: Position) -> Self {
        Self { offset, epoch }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Broadcasted {
    pub(super) responses: Vec<Reply<Published>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Presence {
    presence: BTreeMap<String, ClientInfo>,
}

impl From<HashMap<String, client::ClientInfo>> for Presence {
    fn from(presence: HashMap<String, client::ClientInfo>) -> Self {
        Self { presence: presence.into_iter().map(|(id, info)| (id, info.into())).collect() }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct PresenceStats {
    pub(super) num_clients: usize,
    pub(super) num_users: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct ClientInfo {
    user: String,
    client: String,
    #[serde(skip_serializing_if = "Bytes::is_empty", serialize_with = "raw")]
    conn_info: Bytes,
    #[serde(skip_serializing_if = "Bytes::is_empty", serialize_with = "raw")]
    chan_info: Bytes,
}

impl From<client::ClientInfo> for ClientInfo {
    fn from(client::ClientInfo { user, client, conn_info, chan_info }: client::ClientInfo) -> Self {
        Self { user, client, conn_info, chan_info }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct History {
    publications: Vec<Publication>,
    epoch: String,
    offset: u64,
}

impl From<HistoryPage> for History {
    fn from(HistoryPage { publications, position }: HistoryPage) -> Self {
        let publications = publications.into_iter().map(Publication::from).collect();
        Self { publications, epoch: position.epoch, offset: position.offset }
    }
}

#[derive(Debug, Serialize)]
struct Publication {
    #[serde(skip_serializing_if = "Bytes::is_empty", serialize_with = "raw")]
    data: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<ClientInfo>,
    #[serde(skip_serializing_if = "is_zero")]
    offset: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
}

impl From<client::Publication> for Publication {
    fn from(publication: client::Publication) -> Self {
        Self {
            data: publication.data,
            info: publication.info.map(ClientInfo::from),
            offset: publication.offset,
            tags: publication.tags.into_iter().collect(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Channels {
    channels: BTreeMap<String, Channel>,
}

#[derive(Debug, Serialize)]
struct Channel {
    num_clients: usize,
}

impl From<BTreeMap<String, usize>> for Channels {
    fn from(channels: BTreeMap<String, usize>) -> Self {
        Self { channels: channels.into_iter().map(|(name, num_clients)| (name, Channel { num_clients })).collect() }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Info {
    pub(super) nodes: [NodeInfo; 1],
}

#[derive(Debug, Serialize)]
pub(super) struct NodeInfo {
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) version: &'static str,
    pub(super) num_clients: usize,
    pub(super) num_users: usize,
    pub(super) num_channels: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) uptime: u64,
    pub(super) num_subs: usize,
}

/// A result as JSON.
pub(super) fn json(result: &impl Serialize) -> Result<Box<RawValue>, Fault> {
    serde_json::value::to_raw_value(result).map_err(|_| Fault::Binary)
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A payload as Go writes it: without spaces, and with what HTML might misread escaped.
fn raw<S: Serializer>(payload: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    let json: &RawValue = serde_json::from_slice(payload).map_err(serde::ser::Error::custom)?;
    let compact = RawValue::from_string(compact(json.get())).map_err(serde::ser::Error::custom)?;
    compact.serialize(serializer)
}

fn compact(json: &str) -> String {
    let (mut compact, mut is_text, mut is_escaped) = (String::with_capacity(json.len()), false, false);
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => compact.push_str(&format!("\\u{:04x}", u32::from(character))),
            ' ' | '\t' | '\n' | '\r' if !is_text => {}
            _ => compact.push(character),
        }
        is_text ^= character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
    }
    compact
}
