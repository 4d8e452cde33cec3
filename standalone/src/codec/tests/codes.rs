//! Codes: each one once, with its text.

use crate::codec::{Close, ErrorCode};
use crate::proto::client::Error;

#[test]
fn the_temporary_errors_are_those_that_sdks_repeat() {
    let all = [
        ErrorCode::INTERNAL,
        ErrorCode::UNKNOWN_CHANNEL,
        ErrorCode::PERMISSION_DENIED,
        ErrorCode::METHOD_NOT_FOUND,
        ErrorCode::ALREADY_SUBSCRIBED,
        ErrorCode::LIMIT_EXCEEDED,
        ErrorCode::BAD_REQUEST,
        ErrorCode::NOT_AVAILABLE,
        ErrorCode::TOKEN_EXPIRED,
        ErrorCode::EXPIRED,
        ErrorCode::UNRECOVERABLE_POSITION,
    ];
    let errors = all.map(ErrorCode::error);
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [100, 102, 103, 104, 105, 106, 107, 108, 109, 110, 112]);
    let temporary: Vec<_> = errors.iter().filter(|error| error.temporary).map(|error| error.code).collect();
    assert_eq!(temporary, [100]);
}

#[test]
fn an_error_has_the_text_of_its_code() {
    let error = Error { code: 109, message: "token expired".into(), temporary: false };
    assert_eq!(ErrorCode::TOKEN_EXPIRED.error(), error);
}

#[test]
fn each_close_has_the_code_and_reason_of_centrifugo() {
    let closes = [
        (Close::NORMAL, 3000, "connection closed"),
        (Close::SHUTDOWN, 3001, "shutdown"),
        (Close::SERVER_ERROR, 3004, "internal server error"),
        (Close::EXPIRED, 3005, "connection expired"),
        (Close::SUBSCRIPTION_EXPIRED, 3006, "subscription expired"),
        (Close::SLOW, 3008, "slow"),
        (Close::INSUFFICIENT_STATE, 3010, "insufficient state"),
        (Close::NO_PONG, 3012, "no pong"),
        (Close::TOO_MANY_REQUESTS, 3013, "too many requests"),
        (Close::INVALID_TOKEN, 3500, "invalid token"),
        (Close::BAD_REQUEST, 3501, "bad request"),
        (Close::STALE, 3502, "stale"),
        (Close::FORCE_DISCONNECT, 3503, "force disconnect"),
        (Close::CONNECTION_LIMIT, 3504, "connection limit"),
        (Close::CHANNEL_LIMIT, 3505, "channel limit"),
        (Close::INAPPROPRIATE_PROTOCOL, 3506, "inappropriate protocol"),
        (Close::PERMISSION_DENIED, 3507, "permission denied"),
        (Close::NOT_AVAILABLE, 3508, "not available"),
    ];
    for (close, code, reason) in closes {
        assert_eq!((close.code, &*close.reason), (code, reason));
    }
}
