//! The client's reply: the response's JSON, with the status as `code`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::error::BackendError;
use crate::event::RpcReply;
use crate::reply::json::is_json;

/// A response whose body has been read. The body of a server's failure is left out, because clients never receive it.
#[derive(Debug)]
pub(crate) struct BufferedResponse {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// The reply for JSON that is not an object.
#[derive(Serialize)]
struct WithData<'b> {
    code: u16,
    data: &'b RawValue,
}

/// The reply for a response without JSON.
#[derive(Serialize)]
struct StatusOnly {
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

impl BufferedResponse {
    /// Makes the reply. Fails for a success whose body is not JSON, which no client could read.
    pub(crate) fn reply(&self) -> Result<RpcReply, BackendError> {
        let code = self.status.as_u16();
        if self.status.is_server_error() {
            return Ok(self.status_only());
        }
        if is_json(&self.body) {
            return self.with_code(code);
        }
        if self.status.is_success() && !self.body.is_empty() {
            return Err(BackendError::NotJson(self.status));
        }
        Ok(self.status_only())
    }

    /// The body with the status added. Values are copied as text, because a number may have more digits than any Rust type.
    fn with_code(&self, code: u16) -> Result<RpcReply, BackendError> {
        let Ok(mut object) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&self.body) else {
            return Ok(RpcReply::json(&WithData { code, data: serde_json::from_slice(&self.body)? }));
        };
        let raw_code = serde_json::value::to_raw_value(&code)?;
        object.insert("code".to_owned(), &raw_code);
        Ok(RpcReply::json(&object))
    }

    /// The status alone, with its name if it isn't a success.
    fn status_only(&self) -> RpcReply {
        let name = || self.status.canonical_reason().unwrap_or("Unknown Status");
        RpcReply::json(&StatusOnly { code: self.status.as_u16(), message: (!self.status.is_success()).then(name) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Wire;
    use crate::reply::payload::PayloadFormat;

    fn reply(status: u16, body: impl Into<Bytes>) -> Result<String, BackendError> {
        let response = BufferedResponse { status: StatusCode::from_u16(status).unwrap(), body: body.into() };
        let encoded = crate::event::Rpc::encode(response.reply()?, PayloadFormat { json: true, base64: false }).unwrap();
        Ok(String::from_utf8(encoded.result.unwrap().data.to_vec()).unwrap())
    }

    #[test]
    fn an_object_gets_the_status_as_its_code() {
        assert_eq!(reply(200, r#"{"id":1}"#).unwrap(), r#"{"code":200,"id":1}"#);
        assert_eq!(reply(201, r#"{"code":"mine","id":1}"#).unwrap(), r#"{"code":201,"id":1}"#);
        assert_eq!(
            reply(422, r#"{"errors":{"title":["too short"]}}"#).unwrap(),
            r#"{"code":422,"errors":{"title":["too short"]}}"#
        );
        let long = r#"{"n":123456789012345678901234567890.10}"#;
        assert_eq!(reply(200, long).unwrap(), r#"{"code":200,"n":123456789012345678901234567890.10}"#);
    }

    #[test]
    fn other_json_comes_as_data() {
        assert_eq!(reply(200, "[1, 2]").unwrap(), r#"{"code":200,"data":[1, 2]}"#);
        assert_eq!(reply(200, "null").unwrap(), r#"{"code":200,"data":null}"#);
        assert_eq!(reply(409, "\"taken\"").unwrap(), r#"{"code":409,"data":"taken"}"#);
    }

    #[test]
    fn a_status_without_json_comes_with_its_name() {
        assert_eq!(reply(204, "").unwrap(), r#"{"code":204}"#);
        assert_eq!(reply(404, "").unwrap(), r#"{"code":404,"message":"Not Found"}"#);
        assert_eq!(reply(404, "<h1>nothing at /srv/app</h1>").unwrap(), r#"{"code":404,"message":"Not Found"}"#);
        assert_eq!(reply(302, "moved").unwrap(), r#"{"code":302,"message":"Found"}"#);
        assert_eq!(reply(499, "").unwrap(), r#"{"code":499,"message":"Unknown Status"}"#);
    }

    #[test]
    fn a_server_s_failure_never_reaches_the_client() {
        for body in ["", "panicked at src/main.rs", r#"{"message":"no such table: users"}"#] {
            assert_eq!(reply(500, body).unwrap(), r#"{"code":500,"message":"Internal Server Error"}"#);
        }
        assert_eq!(reply(503, "{}").unwrap(), r#"{"code":503,"message":"Service Unavailable"}"#);
    }

    #[test]
    fn a_success_that_is_not_json_fails() {
        assert!(matches!(reply(200, "hello"), Err(BackendError::NotJson(_))));
        assert!(matches!(reply(200, "{} {}"), Err(BackendError::NotJson(_))));
    }

    proptest! {
        // `Http::max_response` limits the response alone, and leaves a fixed number of bytes for the rest of the reply.
        #[test]
        fn a_reply_is_hardly_longer_than_its_response(
            fields in prop::collection::btree_map(any::<String>(), any::<String>(), 0..5),
            spaces in any::<bool>(),
        ) {
            let write = if spaces { serde_json::to_string_pretty } else { serde_json::to_string };
            for body in [write(&fields).unwrap(), serde_json::to_string(&fields.keys().collect::<Vec<_>>()).unwrap()] {
                let length = body.len();
                let around = r#"{"code":200,"data":}"#.len();
                prop_assert!(reply(200, body).unwrap().len() <= length + around);
            }
        }
    }
}
