//! Random messages, written and read in both formats.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message;
use serde_json::Value;

use super::sample::{Sample, Source};
use crate::codec::{Format, json};
use crate::proto::client::{Command, Reply};

fn sample<T: Sample>(bytes: &[u8]) -> T {
    T::sample(&mut Source::new(bytes))
}

/// The reply as it is after its text was read by an independent reader, written anew, and read by ours.
fn by_way_of_a_value(text: &Bytes) -> Option<Reply> {
    let value: Value = serde_json::from_slice(text).ok()?;
    json::read(&Bytes::from(value.to_string())).ok()
}

proptest! {
    #[test]
    fn a_reply_is_the_same_in_both_formats(bytes in vec(any::<u8>(), 0..600)) {
        let reply: Reply = sample(&bytes);
        let text = Format::Json.reply(&reply).expect("JSON");
        let protobuf = Format::Protobuf.reply(&reply).expect("no failure");
        prop_assert_eq!(json::read::<Reply>(&text).expect("a reply"), reply.clone());
        prop_assert_eq!(Reply::decode_length_delimited(protobuf).expect("a reply"), reply);
        prop_assert!(!text.contains(&b'\n'));
    }

    #[test]
    fn a_reply_is_what_another_reader_of_json_reads(bytes in vec(any::<u8>(), 0..600)) {
        let reply = Reply::sample(&mut Source::plain(&bytes));
        let text = Format::Json.reply(&reply).expect("JSON");
        prop_assert_eq!(by_way_of_a_value(&text).expect("a reply"), reply);
    }

    #[test]
    fn a_command_is_the_same_in_both_formats(bytes in vec(any::<u8>(), 0..600)) {
        let command: Command = sample(&bytes);
        let text = json::write(&command, 0).expect("JSON");
        let encoded = Bytes::from(command.encode_length_delimited_to_vec());
        for (format, frame) in [(Format::Json, text), (Format::Protobuf, encoded)] {
            let read: Vec<_> = format.commands(frame).collect::<Result<_, _>>().expect("commands");
            prop_assert_eq!(read, vec![command.clone()]);
        }
    }

    #[test]
    fn no_frame_panics(frame in vec(any::<u8>(), 0..200)) {
        for format in [Format::Json, Format::Protobuf] {
            prop_assert!(format.commands(frame.clone().into()).count() <= frame.len() + 1);
        }
    }

    #[test]
    fn no_broken_frame_panics(bytes in vec(any::<u8>(), 0..300), at in any::<Index>(), byte in any::<u8>()) {
        let command: Command = sample(&bytes);
        let text = json::write(&command, 0).expect("JSON").to_vec();
        let encoded = command.encode_length_delimited_to_vec();
        for (format, mut frame) in [(Format::Json, text), (Format::Protobuf, encoded)] {
            let at = at.index(frame.len());
            frame[at] = byte;
            let length = frame.len();
            prop_assert!(format.commands(frame.into()).count() <= length + 1);
        }
    }
}
