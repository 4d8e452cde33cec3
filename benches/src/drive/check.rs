//! Checks that a peer returns the same responses as all others, before it is measured.

use std::net::SocketAddr;
use std::time::Duration;

use super::answers::{Answer, Call, Fields};
use super::{Protocol, grpc, http1};
use crate::Result;

/// The calls that have to be refused, with their codes.
const REFUSED: [(Call, Fields, u64); 3] = [
    (Call::Subscribe, Fields { user: "42", channel: "room:x", data: "", method: "" }, 403),
    (Call::Subscribe, Fields { user: "", channel: "room:17", data: "", method: "" }, 403),
    (Call::Rpc, Fields { user: "42", channel: "", data: "", method: "nothing" }, 404),
];

pub(super) async fn all(address: SocketAddr, protocol: Protocol) -> Result<()> {
    for call in [Call::Connect, Call::Rpc, Call::Subscribe, Call::Slow] {
        call.check(&ask(address, protocol, call, call.fields()).await?)?;
    }
    for (call, fields, code) in REFUSED {
        let got = ask(address, protocol, call, fields).await?.read(call)?;
        if got["error"]["code"] != code {
            return Err(format!("{fields:?} returned {got}, and should return error {code}").into());
        }
    }
    Ok(())
}

async fn ask(address: SocketAddr, protocol: Protocol, call: Call, fields: Fields) -> Result<Answer> {
    match protocol {
        Protocol::Grpc => {
            let request = grpc::Request::new(address, call.method(), &fields.encode(call), Some(Duration::from_secs(1)))?;
            Ok(Answer::Grpc(grpc::Connection::open(address).await?.call(&request).await?))
        }
        Protocol::Http1 => {
            let mut connection = http1::Connection::open(address).await?;
            connection.call(&http1::request(address, call.path(), &fields.json())).await?;
            Ok(Answer::Json(connection.body().to_vec()))
        }
    }
}
