//! The limits that close a connection, with their lines in the log.

use crate::codec::Close;

/// The line that is logged for a close: it names the limit. `None`: no limit is reached.
pub(super) fn line(close: &Close) -> Option<&'static str> {
    const LINES: [(Close, &str); 7] = [
        (Close::MESSAGE_TOO_LONG, "closing a client with 1009: a message is longer than `websocket.message_size_limit`"),
        (Close::SLOW, "closing a client with 3008: more than `client.queue_max_size` waits for it"),
        (Close::NO_PONG, "closing a client with 3012: no pong within `client.pong_timeout`"),
        (Close::TOO_MANY_REQUESTS, "closing a client with 3013: `client.connection_limit` is reached"),
        (Close::STALE, "closing a client with 3502: it has not connected within `client.stale_close_delay`"),
        (Close::CONNECTION_LIMIT, "closing a client with 3504: its user has `client.user_connection_limit` connections"),
        (Close::CHANNEL_LIMIT, "closing a client with 3505: it has more than `client.channel_limit` subscriptions"),
    ];
    LINES.into_iter().find(|(limit, _)| limit == close).map(|(_, line)| line)
}
