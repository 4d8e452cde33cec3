//! The pushes that many clients receive.

use crate::codec::Encoded;
use crate::proto::client::{ClientInfo, Join, Leave, Publication, Push, Reply};

pub(super) fn publication(channel: &str, publication: Publication) -> Encoded {
    push(Push { r#pub: Some(publication), ..to(channel) })
}

pub(super) fn join(channel: &str, info: ClientInfo) -> Encoded {
    push(Push { join: Some(Join { info: Some(info) }), ..to(channel) })
}

pub(super) fn leave(channel: &str, info: ClientInfo) -> Encoded {
    push(Push { leave: Some(Leave { info: Some(info) }), ..to(channel) })
}

fn to(channel: &str) -> Push {
    Push { channel: channel.to_owned(), ..Push::default() }
}

fn push(push: Push) -> Encoded {
    Encoded::new(Reply { push: Some(push), ..Reply::default() })
}
