//! Replies and pushes of the engine as JSON, whichever format they had. Protobuf is read by prost, JSON by serde_json, and
//! neither by the engine's own codec.

use std::collections::HashMap;

use prost::Message;
use serde_json::{Map, Value};

use super::schema;
use crate::json::is_valid_in_go;

/// A message in JSON.
pub(crate) fn of_json(message: &[u8]) -> Value {
    assert!(is_valid_in_go(message), "{}", String::from_utf8_lossy(message));
    serde_json::from_slice(message).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(message)))
}

/// A message in Protobuf, with the fields that it would have in JSON.
pub(crate) fn of_protobuf(message: &[u8]) -> Value {
    schema::Reply::decode(message).expect("a reply in Protobuf").value()
}

/// A value of a message, as JSON has it. `None`: it is left out.
trait Field {
    fn field(&self) -> Option<Value>;
}

trait Whole {
    fn value(&self) -> Value;
}

macro_rules! messages {
    ($($message:ident { $($field:ident $(as $name:literal)? $(= $always:expr)?),* })*) => {$(
        impl Whole for schema::$message {
            fn value(&self) -> Value {
                #[allow(unused_mut, reason = "messages without fields")]
                let mut fields = Map::new();
                $({
                    let name = [stringify!($field) $(, $name)?].last().copied().unwrap_or_default();
                    let absent: [Option<Value>; 1] = [None $(.or(Some(Value::from($always))))?];
                    let [absent] = absent;
                    fields.extend(self.$field.field().or(absent).map(|value| (name.to_owned(), value)));
                })*
                fields.into()
            }
        }

        impl Field for Option<schema::$message> {
            fn field(&self) -> Option<Value> {
                self.as_ref().map(Whole::value)
            }
        }

        impl Field for HashMap<String, schema::$message> {
            fn field(&self) -> Option<Value> {
                let fields: Map<_, _> = self.iter().map(|(key, value)| (key.clone(), value.value())).collect();
                (!fields.is_empty()).then(|| fields.into())
            }
        }
    )*};
}

messages! {
    Reply {
        id, error, push, connect, subscribe, unsubscribe, publish, presence, presence_stats, history, ping, rpc, refresh,
        sub_refresh
    }
    Error { code, message, temporary }
    ConnectResult { client, version, expires, ttl, data, subs, ping, pong, session, node, time }
    SubscribeResult {
        expires, ttl, recoverable, epoch, publications, recovered, offset, positioned, data, was_recovering, delta, id,
        r#type as "type", phase, cursor
    }
    UnsubscribeResult {}
    PublishResult {}
    PresenceResult { presence = Map::new() }
    PresenceStatsResult { num_clients = 0, num_users = 0 }
    HistoryResult { publications = Vec::<Value>::new(), epoch = "", offset = 0 }
    PingResult {}
    RpcResult { data }
    RefreshResult { client, version, expires, ttl }
    SubRefreshResult { expires, ttl }
    Push { id, channel, r#pub as "pub", join, leave, unsubscribe, message, subscribe, disconnect, refresh }
    Publication { data, info, offset, tags, delta, time, channel, key, removed, score, epoch, version }
    ClientInfo { user = "", client = "", conn_info, chan_info }
    Join { info }
    Leave { info }
    Unsubscribe { code, reason }
    Message { data }
    Subscribe { recoverable, epoch, offset, positioned, data }
    Disconnect { code, reason, reconnect }
    Refresh { expires, ttl }
}

macro_rules! scalars {
    ($($scalar:ty),*) => {$(
        impl Field for $scalar {
            fn field(&self) -> Option<Value> {
                (*self != <$scalar>::default()).then(|| Value::from(self.clone()))
            }
        }
    )*};
}

scalars!(bool, u32, u64, i32, i64, String);

/// A payload, which is JSON as all scripts have nothing else.
impl Field for bytes::Bytes {
    fn field(&self) -> Option<Value> {
        (!self.is_empty()).then(|| serde_json::from_slice(self).expect("a payload in JSON"))
    }
}

impl Field for Vec<schema::Publication> {
    fn field(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.iter().map(Whole::value).collect())
    }
}

impl Field for HashMap<String, String> {
    fn field(&self) -> Option<Value> {
        let fields: Map<_, _> = self.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
        (!fields.is_empty()).then(|| fields.into())
    }
}
