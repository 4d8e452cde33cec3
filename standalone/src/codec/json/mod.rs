//! Messages as JSON: objects whose keys are the names of the schema's fields, with payloads as they are.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// Calls a macro with each message and its fields, in the schema's order, which is that of the keys.
///
/// `= "key"` where the field's name in Rust is not the key; `: always` where a zero value is written, too.
macro_rules! for_each_message {
    ($make:ident) => {
        $make! {
            Command {
                id, connect, subscribe, unsubscribe, publish, presence, presence_stats, history, ping, send, rpc, refresh,
                sub_refresh,
            }
            ConnectRequest { token, data, subs, name, version, headers, flag }
            SubscribeRequest {
                channel, token, recover, epoch, offset, data, positioned, recoverable, join_leave, delta, tf, flag,
                r#type = "type", phase, cursor, limit, asc,
            }
            UnsubscribeRequest { channel }
            PublishRequest { channel, data, r#type = "type", key, removed }
            PresenceRequest { channel }
            PresenceStatsRequest { channel }
            HistoryRequest { channel, limit, since, reverse }
            PingRequest {}
            SendRequest { data }
            RpcRequest { data, method }
            RefreshRequest { token }
            SubRefreshRequest { channel, token, r#type = "type", track, untrack }
            StreamPosition { offset, epoch }
            FilterNode { op, key, cmp, val, vals, nodes }
            TrackBatch { signature, items }
            KeyedItem { key, version }

            Reply {
                id, error, push, connect, subscribe, unsubscribe, publish, presence, presence_stats, history, ping, rpc,
                refresh, sub_refresh,
            }
            Error { code, message, temporary }
            ConnectResult { client, version, expires, ttl, data, subs, ping, pong, session, node, time }
            SubscribeResult {
                expires, ttl, recoverable, epoch, publications, recovered, offset, positioned, data, was_recovering, delta,
                id, r#type = "type", phase, cursor, state, publish_debounce,
            }
            UnsubscribeResult {}
            PublishResult {}
            PresenceResult { presence: always }
            PresenceStatsResult { num_clients: always, num_users: always }
            HistoryResult { publications: always, epoch: always, offset: always }
            PingResult {}
            RpcResult { data }
            RefreshResult { client, version, expires, ttl }
            SubRefreshResult { expires, ttl, items }

            Push {
                id, channel, r#pub = "pub", join, leave, unsubscribe, message, subscribe, connect, disconnect, refresh,
            }
            Publication {
                data, info, offset, tags, delta, time, channel, key, removed, score, epoch, prev_data, version,
            }
            ClientInfo { user: always, client: always, conn_info, chan_info }
            Join { info }
            Leave { info }
            Unsubscribe { code, reason }
            Message { data }
            Subscribe { recoverable, epoch, offset, positioned, data }
            Connect { client, version, data, subs, expires, ttl, ping, pong, session, node, time }
            Disconnect { code, reason, reconnect }
            Refresh { expires, ttl }
        }
    };
}
pub(super) use for_each_message;

/// The key of a field, as a literal.
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(super) use key;
