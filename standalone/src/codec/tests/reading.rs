//! Frames of commands.

use bytes::Bytes;
use prost::Message;

use super::{before_malformed, json, protobuf};
use crate::codec::Format;
use crate::proto::client::{
    Command, ConnectRequest, FilterNode, HistoryRequest, KeyedItem, PingRequest, PresenceRequest, PresenceStatsRequest,
    PublishRequest, RefreshRequest, RpcRequest, SendRequest, StreamPosition, SubRefreshRequest, SubscribeRequest,
    TrackBatch, UnsubscribeRequest,
};

/// The only command of a frame in JSON.
fn command(frame: &'static str) -> Command {
    let mut commands = json(frame);
    assert_eq!(commands.len(), 1, "{frame}");
    commands.remove(0).expect(frame)
}

fn rpc(data: &'static str, method: &str) -> Command {
    Command { rpc: Some(RpcRequest { data: data.into(), method: method.into() }), ..Command::default() }
}

fn ids(frame: &'static str) -> Vec<u32> {
    json(frame).into_iter().map(|command| command.expect(frame).id).collect()
}

fn is_malformed(frame: &[u8]) -> bool {
    before_malformed(&json(Bytes::copy_from_slice(frame))) == Some(0)
}

fn connect() -> Command {
    let connect = ConnectRequest {
        token: "t".into(),
        data: "{}".into(),
        subs: [("news".into(), SubscribeRequest { recover: true, offset: 7, epoch: "e".into(), ..Default::default() })]
            .into(),
        name: "js".into(),
        version: "5".into(),
        headers: [("a".into(), "b".into())].into(),
        flag: -1,
    };
    Command { id: 1, connect: Some(connect), ..Command::default() }
}

fn subscribe() -> Command {
    let leaf = FilterNode { key: "k".into(), cmp: "in".into(), vals: vec!["a".into(), "b".into()], ..Default::default() };
    let subscribe = SubscribeRequest {
        channel: "c".into(),
        token: "t".into(),
        recover: true,
        epoch: "e".into(),
        offset: u64::MAX,
        data: "1".into(),
        positioned: true,
        recoverable: true,
        join_leave: true,
        delta: "fossil".into(),
        tf: Some(FilterNode { op: "not".into(), nodes: vec![leaf], ..Default::default() }),
        flag: 3,
        r#type: 1,
        phase: 2,
        cursor: "cu".into(),
        limit: -5,
        asc: true,
    };
    Command { id: 2, subscribe: Some(subscribe), ..Command::default() }
}

fn history() -> Command {
    let since = Some(StreamPosition { offset: 3, epoch: "e".into() });
    let history = HistoryRequest { channel: "c".into(), limit: -1, since, reverse: true };
    Command { id: 3, history: Some(history), ..Command::default() }
}

fn sub_refresh() -> Command {
    let items = vec![KeyedItem { key: "k".into(), version: 4 }];
    let track = vec![TrackBatch { signature: "s".into(), items }];
    let untrack = vec!["k".into()];
    let sub_refresh = SubRefreshRequest { channel: "c".into(), token: "t".into(), r#type: 1, track, untrack };
    Command { id: 4, sub_refresh: Some(sub_refresh), ..Command::default() }
}

fn publish() -> Command {
    let publish = PublishRequest { channel: "c".into(), data: "{}".into(), r#type: 1, key: "k".into(), removed: true };
    Command { id: 5, publish: Some(publish), ..Command::default() }
}

/// Commands, as SDKs send them in JSON.
fn commands() -> Vec<(Command, &'static str)> {
    let none = Command::default;
    vec![
        (none(), "{}"),
        (
            connect(),
            r#"{"id":1,"connect":{"token":"t","data":{},"subs":{"news":{"recover":true,"offset":7,"epoch":"e"}},
                "name":"js","version":"5","headers":{"a":"b"},"flag":-1}}"#,
        ),
        (
            subscribe(),
            r#"{"id":2,"subscribe":{"channel":"c","token":"t","recover":true,"epoch":"e","offset":18446744073709551615,
                "data":1,"positioned":true,"recoverable":true,"join_leave":true,"delta":"fossil",
                "tf":{"op":"not","nodes":[{"key":"k","cmp":"in","vals":["a","b"]}]},
                "flag":3,"type":1,"phase":2,"cursor":"cu","limit":-5,"asc":true}}"#,
        ),
        (history(), r#"{"id":3,"history":{"channel":"c","limit":-1,"since":{"offset":3,"epoch":"e"},"reverse":true}}"#),
        (
            sub_refresh(),
            r#"{"id":4,"sub_refresh":{"channel":"c","token":"t","type":1,
                "track":[{"signature":"s","items":[{"key":"k","version":4}]}],"untrack":["k"]}}"#,
        ),
        (publish(), r#"{"id":5,"publish":{"channel":"c","data":{},"type":1,"key":"k","removed":true}}"#),
        (rpc("[1]", "m"), r#"{"rpc":{"data":[1],"method":"m"}}"#),
        (
            Command { unsubscribe: Some(UnsubscribeRequest { channel: "c".into() }), ..none() },
            r#"{"unsubscribe":{"channel":"c"}}"#,
        ),
        (Command { presence: Some(PresenceRequest { channel: "c".into() }), ..none() }, r#"{"presence":{"channel":"c"}}"#),
        (
            Command { presence_stats: Some(PresenceStatsRequest { channel: "c".into() }), ..none() },
            r#"{"presence_stats":{"channel":"c"}}"#,
        ),
        (Command { ping: Some(PingRequest {}), ..none() }, r#"{"ping":{}}"#),
        (Command { send: Some(SendRequest { data: "1".into() }), ..none() }, r#"{"send":{"data":1}}"#),
        (Command { refresh: Some(RefreshRequest { token: "t".into() }), ..none() }, r#"{"refresh":{"token":"t"}}"#),
    ]
}

#[test]
fn every_command_is_read_in_json() {
    for (expected, text) in commands() {
        let line = text.replace('\n', "");
        assert_eq!(json(line).pop().expect("a command").expect(text), expected);
    }
}

#[test]
fn every_command_is_read_in_protobuf() {
    let commands = commands().into_iter().map(|(command, _)| command).collect::<Vec<_>>();
    let frame = commands.iter().flat_map(Command::encode_length_delimited_to_vec).collect::<Vec<_>>();
    let read = protobuf(frame).into_iter().collect::<Result<Vec<_>, _>>().expect("commands");
    assert_eq!(read, commands);
}

#[test]
fn lines_may_end_with_a_line_break_and_begin_with_spaces() {
    assert_eq!(ids("{\"id\":1}"), [1]);
    assert_eq!(ids("{\"id\":1}\n"), [1]);
    assert_eq!(ids("{\"id\":1}\n{\"id\":2}\n{\"id\":3}"), [1, 2, 3]);
    assert_eq!(ids(" \t{\"id\":1}\r\n  {\"id\":2} \r\n"), [1, 2]);
}

#[test]
fn a_frame_ends_after_its_first_malformed_command() {
    for frame in ["{}\n\n", "{}\n\n{}", "{}\n \n{}", "{}\n[]\n{}", "{}\n{\n{}"] {
        assert_eq!(before_malformed(&json(frame)), Some(1), "{frame:?}");
    }
    let mut commands = Format::Json.commands("x\n{}".into());
    assert!(matches!((commands.next(), commands.next()), (Some(Err(_)), None)));

    for frame in [[0, 255].as_slice(), &[0, 2, 8], &[0, 1, 8, 0], &[0, 2, 10, 0, 0]] {
        assert_eq!(before_malformed(&protobuf(frame.to_vec())), Some(1), "{frame:?}");
    }
}

#[test]
fn a_command_that_is_no_object_is_malformed() {
    let malformed: [&[u8]; 12] =
        [b"", b"\n", b" ", b"\n{}", b"{\n}", b"[]", b"[{}]", b"1", b"\"x\"", b"\xef\xbb\xbf{}", b"{'id':1}", b"{\"id\":1,}"];
    for frame in malformed {
        assert!(is_malformed(frame), "{:?}", Bytes::from_static(frame));
    }
    assert_eq!(before_malformed(&protobuf("")), Some(0));
}

#[test]
fn a_length_without_its_message_ends_a_frame_of_protobuf() {
    assert_eq!(protobuf(vec![0, 5]).len(), 1);
    assert_eq!(before_malformed(&protobuf(vec![5])), Some(0));
}

#[test]
fn what_follows_an_object_on_its_line_is_ignored() {
    assert_eq!(ids("{\"id\":1} x\n{\"id\":2}{\"id\":3}\n{\"id\":4}\0"), [1, 2, 4]);
}

#[test]
fn the_case_of_keys_does_not_matter() {
    assert_eq!(command(r#"{"ID":1,"Rpc":{"METHOD":"m","data":2}}"#), Command { id: 1, ..rpc("2", "m") });
}

#[test]
fn of_two_same_keys_the_last_counts_and_two_messages_are_one() {
    assert_eq!(command(r#"{"id":1,"ID":2,"id":null}"#).id, 2);
    assert_eq!(command(r#"{"rpc":{"method":"m"},"rpc":{"data":2}}"#), rpc("2", "m"));
    assert_eq!(command(r#"{"rpc":{"method":"m"},"rpc":null}"#), Command::default());
}

#[test]
fn null_is_an_empty_command() {
    assert_eq!(command("null"), Command::default());
}

#[test]
fn half_of_a_surrogate_pair_is_a_replacement_character() {
    assert_eq!(command(r#"{"rpc":{"method":"a\ud800","data":1}}"#), rpc("1", "a\u{fffd}"));
}

#[test]
fn a_field_of_a_wrong_type_is_malformed() {
    let malformed: [&[u8]; 14] = [
        br#"{"id":"1"}"#,
        br#"{"id":1.0}"#,
        br#"{"id":1e2}"#,
        br#"{"id":-1}"#,
        br#"{"id":-0}"#,
        br#"{"id":4294967296}"#,
        br#"{"id":true}"#,
        br#"{"id":[]}"#,
        br#"{"rpc":[]}"#,
        br#"{"rpc":"x"}"#,
        br#"{"subscribe":{"recover":1}}"#,
        br#"{"rpc":{"method":1}}"#,
        br#"{"connect":{"subs":[]}}"#,
        b"{\"rpc\":{\"method\":\"\xff\"}}",
    ];
    for frame in malformed {
        assert!(is_malformed(frame), "{:?}", Bytes::from_static(frame));
    }
}

#[test]
fn ids_reach_up_to_32_bits() {
    assert_eq!(ids(r#"{"id":1}"#), [1]);
    assert_eq!(ids(r#"{"id":4294967295}"#), [u32::MAX]);
    // An id of 0 is as absent, as in Protobuf: the command is a pong.
    assert_eq!(ids(r#"{"id":0}"#), [0]);
}

#[test]
fn null_is_absent_but_for_payloads() {
    assert_eq!(command(r#"{"id":null,"rpc":null}"#), Command::default());
    assert_eq!(command(r#"{"rpc":{"data":null,"method":null}}"#), rpc("null", ""));
    let filter = FilterNode { vals: vec![String::new()], nodes: vec![FilterNode::default()], ..FilterNode::default() };
    let subscribe = SubscribeRequest { tf: Some(filter), ..SubscribeRequest::default() };
    let expected = Command { subscribe: Some(subscribe), ..Command::default() };
    assert_eq!(command(r#"{"subscribe":{"tf":{"nodes":[null],"vals":[null]}}}"#), expected);
}

#[test]
fn unknown_keys_are_ignored_and_the_last_of_two_counts() {
    let frame = r#"{"x":{"id":[1,{"a":null}]},"id":1,"":0,"id":2,"rpc":{"data":1,"y":"z","data":2}}"#;
    assert_eq!(command(frame), Command { id: 2, ..rpc("2", "") });
    assert_eq!(command(r#"{"\u0069d":1}"#).id, 1);
}

#[test]
fn unknown_fields_are_ignored_in_protobuf() {
    // id 7, field 2 (reserved) as a number, field 99 as bytes.
    let read = protobuf([9, 8, 7, 16, 1, 154, 6, 2, 1, 2].to_vec());
    assert_eq!(read.into_iter().map(|command| command.expect("a command").id).collect::<Vec<_>>(), [7]);
}

#[test]
fn payloads_are_kept_as_they_are() {
    let payloads =
        [r#"{"a" : 1,"a":2}"#, "123456789012345678901234567890", "1e999", r#""\ud800""#, r#""<&>""#, "\"\u{2028}\""];
    for payload in payloads {
        let frame = format!(r#"{{"rpc":{{"data": {payload} }}}}"#);
        let read = json(frame).remove(0).expect(payload).rpc.expect("rpc");
        assert_eq!(read.data, payload);
    }
}

#[test]
fn payloads_are_slices_of_the_frame() {
    let text = Bytes::from(r#"{"rpc":{"data":{"a":1}}}"#.to_owned());
    let encoded = Bytes::from(rpc(r#"{"a":1}"#, "").encode_length_delimited_to_vec());
    for (format, frame) in [(Format::Json, text), (Format::Protobuf, encoded)] {
        let command = format.commands(frame.clone()).next().expect("a command").expect("well-formed");
        let data = command.rpc.expect("rpc").data;
        assert!(frame.as_ptr_range().contains(&data.as_ptr()), "{format:?}");
    }
}
