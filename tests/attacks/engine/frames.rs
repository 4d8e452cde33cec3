//! Frames and messages that no client of the protocol sends.

use futures_util::SinkExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};

use super::{Client, Target};

const BAD_REQUEST: Option<u16> = Some(3501);
const TOO_LONG: Option<u16> = Some(1009);
const PROTOCOL_ERROR: Option<u16> = Some(1002);

#[tokio::test]
async fn garbage_in_either_format_is_closed_with_3501() {
    let target = Target::start(json!({})).await;
    let garbage: [&[u8]; 8] =
        [b"", b"\n", b"nonsense", b"[]", b"{\"id\":1", b"{\"id\":-1}", b"\xff\xff\xff\xff\xff", b"\x05\x08"];
    for query in ["", "?format=protobuf"] {
        for frame in garbage {
            let mut client = Client::open_at(&target.engine, query).await;
            client.socket.send(Message::binary(frame.to_vec())).await.expect("the engine reads");
            assert_eq!(client.end().await, BAD_REQUEST, "{query} {frame:?}");
        }
    }
    target.survives().await;
}

#[tokio::test]
async fn a_text_that_is_no_text_is_closed_with_3501() {
    let target = Target::start(json!({})).await;
    let mut client = Client::open(&target.engine).await;
    let frame = Frame::message(b"\xff\xff".to_vec(), OpCode::Data(Data::Text), true);
    client.socket.send(Message::Frame(frame)).await.expect("the engine reads");
    assert_eq!(client.end().await, BAD_REQUEST);
    target.survives().await;
}

#[tokio::test]
async fn a_message_of_a_megabyte_is_closed_with_1009() {
    let target = Target::start(json!({})).await;
    for query in ["", "?format=protobuf"] {
        for _ in 0..20 {
            let mut client = Client::open_at(&target.engine, query).await;
            // The engine may close before it has read everything.
            let _ = client.socket.send(Message::binary(vec![b' '; 1 << 20])).await;
            assert_eq!(client.end().await, TOO_LONG, "{query}");
        }
    }
    target.engine.logs("`websocket.message_size_limit`").await;
    target.survives().await;
}

#[tokio::test]
async fn a_message_in_endless_fragments_is_closed_with_1009() {
    let target = Target::start(json!({})).await;
    let mut client = Client::connected(&target.engine).await;
    let mut opcode = Data::Text;
    for _ in 0..200 {
        let fragment = Frame::message(vec![b' '; 1 << 10], OpCode::Data(opcode), false);
        if client.socket.send(Message::Frame(fragment)).await.is_err() {
            break;
        }
        opcode = Data::Continue;
    }
    assert_eq!(client.end().await, TOO_LONG);
    target.survives().await;
}

#[tokio::test]
async fn empty_fragments_without_end_hold_nothing() {
    let target = Target::start(json!({"client": {"ping_interval": "2s", "pong_timeout": "1s"}})).await;
    let mut client = Client::connected(&target.engine).await;
    let first = Frame::message(Vec::new(), OpCode::Data(Data::Text), false);
    client.socket.send(Message::Frame(first)).await.expect("the engine reads");
    let sending = async {
        loop {
            let more = Frame::message(Vec::new(), OpCode::Data(Data::Continue), false);
            if client.socket.send(Message::Frame(more)).await.is_err() {
                return;
            }
        }
    };
    let served = tokio::time::timeout(std::time::Duration::from_secs(1), sending).await;
    assert!(served.is_err(), "the engine has ended the message before the pong was due");
    target.serves().await;
    assert_eq!(client.end().await, Some(3012));
    target.survives().await;
}

#[tokio::test]
async fn frames_that_break_the_rules_are_closed_with_1002() {
    let target = Target::start(json!({})).await;
    // No mask, a reserved bit, a reserved opcode, a long ping, a ping in fragments, a continuation of nothing.
    let heads: [&[u8]; 6] = [
        &[0x81, 0x02, b'{', b'}'],
        &[0xc1, 0x80, 0, 0, 0, 0],
        &[0x83, 0x80, 0, 0, 0, 0],
        &[0x89, 0xfe, 0, 126, 0, 0, 0, 0],
        &[0x09, 0x80, 0, 0, 0, 0],
        &[0x80, 0x80, 0, 0, 0, 0],
    ];
    for head in heads {
        let mut client = Client::connected(&target.engine).await;
        let raw = client.socket.get_mut();
        raw.write_all(head).await.expect("the engine reads");
        raw.write_all(&[0; 126]).await.expect("the engine reads");
        assert_eq!(client.end().await, PROTOCOL_ERROR, "{head:?}");
    }
    target.survives().await;
}

#[tokio::test]
async fn close_frames_with_any_code_end_the_connection() {
    let target = Target::start(json!({})).await;
    for code in [0, 999, 1000, 1004, 1005, 1006, 1015, 2999, 3501, 4999, 5000, 65535] {
        let mut client = Client::connected(&target.engine).await;
        client.subscribes("left").await;
        let close = CloseFrame { code: CloseCode::from(code), reason: "".into() };
        client.socket.send(Message::Close(Some(close))).await.expect("the engine reads");
        client.end().await;
    }
    // A close frame of one byte.
    let mut client = Client::connected(&target.engine).await;
    client.socket.get_mut().write_all(&[0x88, 0x81, 0, 0, 0, 0, 1]).await.expect("the engine reads");
    assert_eq!(client.end().await, PROTOCOL_ERROR);
    target.survives().await;
}

#[tokio::test]
async fn what_follows_a_close_is_not_read_forever() {
    let target = Target::start(json!({})).await;
    let mut client = Client::open(&target.engine).await;
    client.send("nonsense").await;
    // A client that never answers the close frame is cut off after five seconds.
    let raw = client.socket.get_mut();
    let mut rest = Vec::new();
    tokio::time::timeout(super::PATIENCE, raw.read_to_end(&mut rest)).await.expect("an end in time").expect("an end");
    target.survives().await;
}
