//! Replies, frames and messages for many.

use bytes::Bytes;
use prost::Message as _;

use super::written::{data, publication, replies};
use crate::codec::format::NotJson;
use crate::codec::{Encoded, Format};
use crate::proto::client::{ConnectResult, Publication, Push, Reply, RpcResult, SubscribeResult, Unsubscribe};

fn text(reply: &Reply) -> String {
    String::from_utf8(Format::Json.reply(reply).expect("JSON").to_vec()).expect("UTF-8")
}

fn payload(payload: impl Into<Bytes>) -> Reply {
    publication(Publication { data: payload.into(), ..Publication::default() })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn connected() -> Reply {
    let subs = [("#ann".to_owned(), SubscribeResult::default())].into();
    let connect = ConnectResult {
        client: "c".into(),
        version: "v".into(),
        expires: true,
        ttl: 1,
        data: "1".into(),
        subs,
        ping: 25,
        pong: true,
        session: "s".into(),
        node: "n".into(),
        time: 3,
    };
    Reply { id: 1, connect: Some(connect), ..Reply::default() }
}

#[test]
fn every_message_has_the_json_of_centrifugo() {
    for (reply, json, _) in replies() {
        assert_eq!(text(&reply), json);
    }
}

#[test]
fn every_message_has_the_protobuf_of_centrifugo() {
    for (reply, json, protobuf) in replies() {
        let encoded = Format::Protobuf.reply(&reply).expect("no failure");
        let mut message = encoded.clone();
        let length = prost::decode_length_delimiter(&mut message).expect("a length");
        assert_eq!((hexadecimal(&message).as_str(), message.len()), (protobuf, length), "{json}");
    }
}

#[test]
fn a_ping_is_an_empty_reply() {
    assert_eq!(text(&Reply::default()), "{}");
    assert_eq!(Format::Protobuf.reply(&Reply::default()), Ok(Bytes::from_static(&[0])));
}

#[test]
fn an_empty_subscription_of_connect_is_there_in_both_formats() {
    let json = r##"{"id":1,"connect":{"client":"c","version":"v","expires":true,"ttl":1,"data":1,"subs":{"#ann":{}},"##;
    assert_eq!(text(&connected()), format!(r#"{json}"ping":25,"pong":true,"session":"s","node":"n","time":3}}}}"#));

    let protobuf = Format::Protobuf.reply(&connected()).expect("no failure");
    // The value is there, as field 2 of length 0: without it, centrifuge-js fails.
    assert!(hexadecimal(&protobuf).contains("32080a0423616e6e1200"), "{protobuf:?}");
    assert_eq!(Reply::decode_length_delimited(protobuf), Ok(connected()));
}

#[test]
fn an_empty_subscription_beside_others_takes_nothing_from_them() {
    let mut reply = connected();
    let subscribed = SubscribeResult { recoverable: true, epoch: "e".into(), offset: 3, ..SubscribeResult::default() };
    reply.connect.as_mut().expect("connect").subs.insert("news".into(), subscribed);
    let protobuf = Format::Protobuf.reply(&reply).expect("no failure");
    assert_eq!(Reply::decode_length_delimited(protobuf), Ok(reply));
}

#[test]
fn strings_are_escaped_as_go_does() {
    let channel = "<a&b>\"\\/\0\u{8}\u{c}\u{1f}\u{7f}\n\r\t\u{2028}\u{2029}é😀";
    let unsubscribe = Some(Unsubscribe::default());
    let reply = Reply { push: Some(Push { channel: channel.into(), unsubscribe, ..Push::default() }), ..Reply::default() };
    let escaped = r#"\u003ca\u0026b\u003e\"\\/\u0000\u0008\u000c\u001f"#.to_owned() + "\u{7f}" + r"\n\r\t\u2028\u2029é😀";
    assert_eq!(text(&reply), format!(r#"{{"push":{{"channel":"{escaped}","unsubscribe":{{}}}}}}"#));
}

#[test]
fn payloads_are_spliced_as_they_are() {
    let kept = [
        r#"{"a" : 1,"a":2}"#,
        "123456789012345678901234567890",
        "1e999",
        r#""\ud800""#,
        r#""<&>""#,
        " null\t",
        "\"\u{2028}\"",
    ];
    for kept in kept {
        assert_eq!(text(&payload(kept)), format!(r#"{{"push":{{"channel":"c","pub":{{"data":{kept}}}}}}}"#));
    }
}

#[test]
fn line_breaks_in_a_payload_are_left_out() {
    let text = text(&payload(" {\"a\":\n 1}\r\n"));
    assert_eq!(text, "{\"push\":{\"channel\":\"c\",\"pub\":{\"data\": {\"a\": 1}\r}}}");
}

#[test]
fn a_payload_counts_as_what_is_left_without_line_breaks() {
    for (written, sent) in [("\"a\nb\"", "\"ab\""), ("1\n2", "12"), ("tr\nue", "true"), ("\"\n\"", "\"\""), ("\n\n", "null")]
    {
        assert_eq!(text(&payload(written)), format!(r#"{{"push":{{"channel":"c","pub":{{"data":{sent}}}}}}}"#));
    }
}

#[test]
fn a_payload_that_is_no_json_is_refused_for_json_clients_only() {
    let refused: [&[u8]; 11] = [
        b"text",
        b" ",
        b"1 \n2",
        b"{",
        b"1}",
        br#"1},"x":{"a":2"#,
        b"\"\r\"",
        b"\"\xff\"",
        b"\"\0\"",
        b"'a'",
        b"\xef\xbb\xbf1",
    ];
    for refused in refused {
        let reply = payload(refused);
        assert_eq!(Format::Json.reply(&reply), Err(NotJson), "{:?}", Bytes::from_static(refused));
        assert!(Format::Protobuf.reply(&reply).is_ok());
    }
}

#[test]
fn a_payload_as_deep_as_a_frame_is_long_is_written() {
    let deep = "[".repeat(32_768) + &"]".repeat(32_768);
    assert!(text(&payload(deep.clone())).contains(&deep));
}

#[test]
fn a_frame_has_its_messages_in_order() {
    let messages = ["{}", r#"{"id":1}"#, r#"{"id":2}"#].map(Bytes::from);
    assert_eq!(Format::Json.frame(&messages), "{}\n{\"id\":1}\n{\"id\":2}");

    let messages = [1, 2].map(|id| Format::Protobuf.reply(&Reply { id, ..Reply::default() }).expect("no failure"));
    assert_eq!(Format::Protobuf.frame(&messages), [2, 8, 1, 2, 8, 2].as_slice());
}

#[test]
fn the_frame_of_one_message_is_no_copy() {
    for format in [Format::Json, Format::Protobuf] {
        let message = format.reply(&payload("1")).expect("JSON");
        assert_eq!(format.frame(std::slice::from_ref(&message)).as_ptr(), message.as_ptr());
    }
}

#[test]
fn a_reply_for_many_is_encoded_once_for_each_format() {
    let reply = Reply { id: 1, rpc: Some(RpcResult { data: "{}".into() }), ..Reply::default() };
    let encoded = Encoded::new(reply.clone());
    for format in [Format::Json, Format::Protobuf] {
        let first = encoded.get(format);
        assert_eq!(first, format.reply(&reply));
        assert_eq!(first.map(|message| message.as_ptr()), encoded.get(format).map(|message| message.as_ptr()));
    }
}

#[test]
fn a_reply_for_many_whose_payload_is_no_json_is_refused_for_each_json_client() {
    let encoded = Encoded::new(publication(data("no JSON")));
    assert_eq!((encoded.get(Format::Json), encoded.get(Format::Json)), (Err(NotJson), Err(NotJson)));
    assert!(encoded.get(Format::Protobuf).is_ok());
}
