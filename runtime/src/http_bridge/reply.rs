//! From a response to what the client gets: its JSON, and the status as `code`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::failure::Fault;
use crate::event::RpcReply;
use crate::reply::json::is_json;

/// A response that has been read. No body where none is told: of a server's failure.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// JSON that is no object.
#[derive(Serialize)]
struct Wrapped<'b> {
    code: u16,
    data: &'b RawValue,
}

/// A status that speaks for itself.
#[derive(Serialize)]
struct Bare {
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

impl Answer {
    /// What the client gets. `Err`: a success that no client could read.
    pub(crate) fn reply(&self) -> Result<RpcReply, Fault> {
        let code = self.status.as_u16();
        // What a server says of its failures is for its operator.
        if self.status.is_server_error() {
            return Ok(self.bare());
        }
        if is_json(&self.body) {
            return self.with_code(code);
        }
        if self.status.is_success() && !self.body.is_empty() {
            return Err(Fault::NotJson(self.status));
        }
        Ok(self.bare())
    }

    /// The body with the status. The values are copied as they are written: a number may be longer than any type of ours.
    fn with_code(&self, code: u16) -> Result<RpcReply, Fault> {
        let Ok(mut object) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&self.body) else {
            return Ok(RpcReply::json(&Wrapped { code, data: serde_json::from_slice(&self.body)? }));
        };
        let raw_code = serde_json::value::to_raw_value(&code)?;
        object.insert("code".to_owned(), &raw_code);
        Ok(RpcReply::json(&object))
    }

    /// The status alone; with its name, if it isn't a success.
    fn bare(&self) -> RpcReply {
        let name = || self.status.canonical_reason().unwrap_or("Unknown Status");
        RpcReply::json(&Bare { code: self.status.as_u16(), message: (!self.status.is_success()).then(name) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Wire;
    use crate::reply::payload::PayloadFormat;

    fn told(status: u16, body: impl Into<Bytes>) -> Result<String, Fault> {
        let answer = Answer { status: StatusCode::from_u16(status).unwrap(), body: body.into() };
        let response = crate::event::Rpc::encode(answer.reply()?, PayloadFormat { json: true, base64: false }).unwrap();
        Ok(String::from_utf8(response.result.unwrap().data.to_vec()).unwrap())
    }

    #[test]
    fn an_object_gets_the_status_as_its_code() {
        assert_eq!(told(200, r#"{"id":1}"#).unwrap(), r#"{"code":200,"id":1}"#);
        assert_eq!(told(201, r#"{"code":"mine","id":1}"#).unwrap(), r#"{"code":201,"id":1}"#);
        assert_eq!(
            told(422, r#"{"errors":{"title":["too short"]}}"#).unwrap(),
            r#"{"code":422,"errors":{"title":["too short"]}}"#
        );
        let long = r#"{"n":123456789012345678901234567890.10}"#;
        assert_eq!(told(200, long).unwrap(), r#"{"code":200,"n":123456789012345678901234567890.10}"#);
    }

    #[test]
    fn other_json_comes_as_data() {
        assert_eq!(told(200, "[1, 2]").unwrap(), r#"{"code":200,"data":[1, 2]}"#);
        assert_eq!(told(200, "null").unwrap(), r#"{"code":200,"data":null}"#);
        assert_eq!(told(409, "\"taken\"").unwrap(), r#"{"code":409,"data":"taken"}"#);
    }

    #[test]
    fn a_status_without_json_speaks_for_itself() {
        assert_eq!(told(204, "").unwrap(), r#"{"code":204}"#);
        assert_eq!(told(404, "").unwrap(), r#"{"code":404,"message":"Not Found"}"#);
        assert_eq!(told(404, "<h1>nothing at /srv/app</h1>").unwrap(), r#"{"code":404,"message":"Not Found"}"#);
        assert_eq!(told(302, "moved").unwrap(), r#"{"code":302,"message":"Found"}"#);
        assert_eq!(told(499, "").unwrap(), r#"{"code":499,"message":"Unknown Status"}"#);
    }

    #[test]
    fn a_server_s_failure_is_never_told() {
        for body in ["", "panicked at src/main.rs", r#"{"message":"no such table: users"}"#] {
            assert_eq!(told(500, body).unwrap(), r#"{"code":500,"message":"Internal Server Error"}"#);
        }
        assert_eq!(told(503, "{}").unwrap(), r#"{"code":503,"message":"Service Unavailable"}"#);
    }

    #[test]
    fn a_success_that_is_not_json_fails() {
        assert!(matches!(told(200, "hello"), Err(Fault::NotJson(_))));
        assert!(matches!(told(200, "{} {}"), Err(Fault::NotJson(_))));
    }

    proptest! {
        // `Http::max_response` is a limit of the response only, with a fixed allowance for what stands around it.
        #[test]
        fn an_answer_is_hardly_longer_than_its_response(
            fields in prop::collection::btree_map(any::<String>(), any::<String>(), 0..5),
            spaces in any::<bool>(),
        ) {
            let write = if spaces { serde_json::to_string_pretty } else { serde_json::to_string };
            for body in [write(&fields).unwrap(), serde_json::to_string(&fields.keys().collect::<Vec<_>>()).unwrap()] {
                let length = body.len();
                let around = r#"{"code":200,"data":}"#.len();
                prop_assert!(told(200, body).unwrap().len() <= length + around);
            }
        }
    }
}
