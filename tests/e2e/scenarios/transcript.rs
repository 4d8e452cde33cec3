//! What is compared: messages and bodies in one spelling, without what differs from run to run.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::http::Response;

/// Fields with an app's data, which a server passes on byte by byte.
const PAYLOADS: [&str; 3] = ["data", "conn_info", "chan_info"];
/// Fields of the server's own clock, build or process.
const MASKED: [&str; 6] = ["metrics", "name", "node", "time", "uid", "uptime"];

/// A JSON text with its fields in the order of the alphabet; payloads stay as they are.
pub(crate) fn canonical(json: &str) -> String {
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |raw: &RawValue| spelling("", raw))
}

/// The line of a response. A text for people, and the type of it, is free.
pub(crate) fn response(Response { status, mut headers, body }: Response) -> String {
    let mut words = vec![status];
    headers.retain(|header| !header.starts_with("content-type=text/plain"));
    words.extend(headers);
    words.extend(Some(body).filter(|body| body.starts_with('{')).map(|body| canonical(&body)));
    words.join(" ")
}

fn spelling(field: &str, raw: &RawValue) -> String {
    let text = raw.get();
    if PAYLOADS.contains(&field) {
        return text.to_owned();
    }
    if MASKED.contains(&field) {
        return "*".to_owned();
    }
    if let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
        let fields: Vec<_> = fields.iter().map(|(name, raw)| format!("{name:?}:{}", spelling(name, raw))).collect();
        return format!("{{{}}}", fields.join(","));
    }
    if let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(text) {
        return format!("[{}]", values.iter().map(|raw| spelling("", raw)).collect::<Vec<_>>().join(","));
    }
    scalar(field, serde_json::from_str(text).unwrap_or_default())
}

fn scalar(field: &str, value: Value) -> String {
    match (field, &value) {
        // Its text is free.
        ("version", Value::String(_)) => "*".to_owned(),
        // A second may pass in between.
        ("ttl", Value::Number(ttl)) => format!("\"up to {}\"", ttl.as_u64().unwrap_or_default().div_ceil(10) * 10),
        _ => value.to_string(),
    }
}

/// Whether a message has all that the pattern has.
pub(crate) fn contains(message: &Value, pattern: &Value) -> bool {
    match (message, pattern) {
        (Value::Object(fields), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| fields.get(name).is_some_and(|value| contains(value, wanted)))
        }
        (Value::Array(values), Value::Array(wanted)) => {
            values.len() == wanted.len() && values.iter().zip(wanted).all(|(value, wanted)| contains(value, wanted))
        }
        _ => message == pattern,
    }
}

/// The lines, where a line that repeats stands once, with its number of times.
pub(crate) fn folded(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut folded = Vec::<(String, usize)>::new();
    for line in lines {
        match folded.last_mut() {
            Some((last, times)) if *last == line => *times += 1,
            _ => folded.push((line, 1)),
        }
    }
    folded.into_iter().map(|(line, times)| if times == 1 { line } else { format!("{line} ({times} times)") }).collect()
}
