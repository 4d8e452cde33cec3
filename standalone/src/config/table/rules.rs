//! What Centrifugo demands of objects in lists, also of lists that have no effect in the engine.

use serde_json::{Map, Value};

use super::key::Broken;
use crate::config::value;

/// The most bytes of a text that may become the reason of a WebSocket's end.
const LONGEST_REASON: usize = 123;

/// The types of consumers.
const QUEUES: &[&str] =
    &["postgresql", "kafka", "nats_jetstream", "google_pub_sub", "aws_sqs", "azure_service_bus", "redis_stream"];

type Object = Map<String, Value>;

pub(super) fn consumer(consumer: &Object) -> Result<(), Broken> {
    let name = text(consumer, "name");
    let is_name = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    check(is_name, "name", "is no name of a consumer", "write at least two ASCII letters, digits or `_`")?;
    let instead = "write `postgresql`, `kafka`, `nats_jetstream`, `google_pub_sub`, `aws_sqs`, `azure_service_bus` or \
                   `redis_stream`";
    check(QUEUES.contains(&text(consumer, "type").as_str()), "type", "is no type of a consumer", instead)
}

/// An element of `status_to_code_transforms`.
pub(super) fn of_status(transform: &Object) -> Result<(), Broken> {
    check_code(transform, "status_code")?;
    let (error, disconnect) = (code(transform, "to_error.code") != 0, code(transform, "to_disconnect.code") != 0);
    let instead = "write the code of either `to_error` or `to_disconnect`";
    check(error || disconnect, "to_error.code", "is missing", instead)?;
    check(!(error && disconnect), "to_error.code", "excludes `to_disconnect.code`", instead)?;
    check_reason(transform, "to_error.message")?;
    check_reason(transform, "to_disconnect.reason")
}

/// An element of the `transforms` of `connect_code_to_http_response`.
pub(super) fn to_response(transform: &Object) -> Result<(), Broken> {
    check_code(transform, "code")?;
    check_code(transform, "to.status_code")
}

/// An element of the `transforms` of `connect_code_to_unidirectional_disconnect`.
pub(super) fn to_disconnect(transform: &Object) -> Result<(), Broken> {
    check_code(transform, "code")?;
    check_code(transform, "to.code")?;
    check_ascii(transform, "to.reason")
}

fn check(holds: bool, key: &'static str, wrong: &'static str, instead: &'static str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { key, wrong, instead }) }
}

fn check_code(object: &Object, key: &'static str) -> Result<(), Broken> {
    check(code(object, key) != 0, key, "is missing", "write a code")
}

fn check_reason(object: &Object, key: &'static str) -> Result<(), Broken> {
    check_ascii(object, key)?;
    check(text(object, key).len() <= LONGEST_REASON, key, "is too long", "write at most 123 bytes")
}

fn check_ascii(object: &Object, key: &'static str) -> Result<(), Broken> {
    check(text(object, key).is_ascii(), key, "isn't ASCII", "write ASCII")
}

/// The code of this path; 0 if there is none.
fn code(object: &Object, path: &str) -> i64 {
    find(object, path).and_then(value::number).unwrap_or_default()
}

/// The text of this path; empty if there is none.
fn text(object: &Object, path: &str) -> String {
    find(object, path).and_then(value::text).unwrap_or_default()
}

fn find<'v>(object: &'v Object, path: &str) -> Option<&'v Value> {
    match path.split_once('.') {
        Some((part, name)) => object.get(part)?.get(name),
        None => object.get(path),
    }
}
