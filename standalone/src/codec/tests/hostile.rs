//! Frames of hostile clients.

use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message;

use super::{before_malformed, json, protobuf};
use crate::codec::Format;
use crate::proto::client::Command;

/// The longest frame that Centrifugo's default configuration lets pass.
const LONGEST: usize = 65_536;

/// A value of this depth.
fn nested(open: &str, within: &str, close: &str, depth: usize) -> String {
    open.repeat(depth) + within + &close.repeat(depth)
}

/// A field of a message in Protobuf: its number, and bytes or a message.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    prost::encode_length_delimiter(content.len(), &mut field).expect("room");
    [field, content.to_vec()].concat()
}

fn delimited(message: &[u8]) -> Bytes {
    let mut frame = Vec::new();
    prost::encode_length_delimiter(message.len(), &mut frame).expect("room");
    [frame, message.to_vec()].concat().into()
}

#[test]
fn a_payload_as_deep_as_a_frame_is_long_is_read() {
    let deep = nested("[", "", "]", LONGEST / 2);
    let command = json(format!(r#"{{"rpc":{{"data":{deep}}}}}"#)).remove(0).expect("a command");
    assert_eq!(command.rpc.expect("rpc").data, deep);
}

#[test]
fn an_ignored_value_as_deep_as_a_frame_is_long_is_skipped() {
    let deep = nested(r#"{"a":["#, "", "]}", LONGEST / 8);
    let command = json(format!(r#"{{"x":{deep},"id":1,"rpc":{{"y":{deep}}}}}"#)).remove(0).expect("a command");
    assert_eq!(command.id, 1);
}

#[test]
fn a_deep_filter_is_malformed() {
    let deep = nested(r#"{"nodes":["#, "{}", "]}", LONGEST / 12);
    let frame = format!(r#"{{"subscribe":{{"tf":{deep}}}}}"#);
    assert_eq!(before_malformed(&json(frame)), Some(0));

    let deep = (0..1_000).fold(Vec::new(), |node, _| field(6, &node));
    let frame = delimited(&field(5, &field(13, &deep)));
    assert_eq!(before_malformed(&protobuf(frame)), Some(0));
}

#[test]
fn deep_groups_in_protobuf_are_malformed() {
    // Starts of groups of the unknown field 3, which nothing ends.
    let frame = delimited(&vec![3 << 3 | 3; LONGEST]);
    assert_eq!(before_malformed(&protobuf(frame)), Some(0));
}

#[test]
fn an_unfinished_value_is_malformed() {
    for unfinished in ["[", "{\"a\":", "\"", "[1,", "-", "{\"x\":{"] {
        let frame = format!(r#"{{"rpc":{{"data":{}"#, unfinished.repeat(LONGEST / 8));
        assert_eq!(before_malformed(&json(frame)), Some(0), "{unfinished}");
    }
}

#[test]
fn a_length_beyond_the_frame_is_malformed_without_memory_for_it() {
    let lengths: [&[u8]; 4] = [
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        // A payload, within a command of 8 bytes.
        &[8, 0x6a, 6, 10, 0xff, 0xff, 0xff, 0xff, 0x0f],
    ];
    for frame in lengths {
        assert_eq!(before_malformed(&protobuf(frame.to_vec())), Some(0), "{frame:?}");
    }
}

#[test]
fn a_key_or_a_number_as_long_as_a_frame_is_read_or_malformed() {
    let long = "1".repeat(LONGEST);
    assert_eq!(before_malformed(&json(format!(r#"{{"{long}":{long}}}"#))), None);
    assert_eq!(before_malformed(&json(format!(r#"{{"id":{long}}}"#))), Some(0));
    assert_eq!(before_malformed(&json(format!(r#"{{"id":1e-{long}}}"#))), Some(0));
}

#[test]
fn each_of_many_tiny_commands_costs_the_same() {
    // With a cost that grows with the frame, these would take hours.
    let count = 500_000;
    let start = Instant::now();
    assert_eq!(Format::Json.commands("{}\n".repeat(count).into()).count(), count);
    assert_eq!(Format::Protobuf.commands(vec![0; count].into()).count(), count);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn commands_are_decoded_as_they_are_taken() {
    let frame = Bytes::from([Command { id: 1, ..Command::default() }.encode_length_delimited_to_vec(), vec![2, 8]].concat());
    let mut commands = Format::Protobuf.commands(frame);
    assert_eq!(commands.next().expect("a command").expect("well-formed").id, 1);
    assert!(matches!(commands.next(), Some(Err(_))));
    assert!(commands.next().is_none());
}
