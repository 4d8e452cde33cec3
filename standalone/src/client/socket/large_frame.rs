//! Frames that are written straight from the message, which many connections may share, without a copy for each of them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::AsyncWrite;

use crate::codec::Format;

/// The first byte of a frame with a whole message.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;

/// A frame of a server, as far as it has not been written.
pub(super) struct LargeFrame {
    head: Bytes,
    payload: Bytes,
}

impl LargeFrame {
    pub(super) fn new(format: Format, payload: Bytes) -> Self {
        let first = match format {
            Format::Json => TEXT,
            Format::Protobuf => BINARY,
        };
        Self { head: head(first, payload.len()), payload }
    }

    /// Writes as much as the system takes. Ready: the frame is written.
    pub(super) fn poll_write(
        &mut self,
        io: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.head.has_remaining() || self.payload.has_remaining() {
            let parts = [IoSlice::new(&self.head), IoSlice::new(&self.payload)];
            let written = ready!(Pin::new(&mut *io).poll_write_vectored(context, &parts))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        Pin::new(io).poll_flush(context)
    }

    fn advance(&mut self, written: usize) {
        let of_head = written.min(self.head.len());
        self.head.advance(of_head);
        self.payload.advance(written - of_head);
    }
}

/// The head of a frame without a mask: the length in as few bytes as RFC 6455 demands.
fn head(first: u8, length: usize) -> Bytes {
    let mut head = BytesMut::with_capacity(10);
    head.put_u8(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..=125), _) => head.put_u8(length),
        (_, Ok(length)) => {
            head.put_u8(126);
            head.put_u16(length);
        }
        _ => {
            head.put_u8(127);
            head.put_u64(length as u64);
        }
    }
    head.freeze()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, duplex};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;

    #[tokio::test]
    async fn a_client_reads_a_frame_of_any_length_and_of_any_number_of_writes() {
        for length in [0, 125, 126, 0xffff, 0x1_0000, 300_000] {
            let payload = Bytes::from(vec![b'x'; length]);
            let (mut io, client) = duplex(1_000);
            let mut frame = LargeFrame::new(Format::Json, payload.clone());
            let writing =
                tokio::spawn(async move { std::future::poll_fn(|context| frame.poll_write(&mut io, context)).await });
            let mut client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
            let message = futures_util::StreamExt::next(&mut client).await.expect("a message").expect("a message");
            assert_eq!(message, Message::Text(payload.try_into().expect("text")));
            writing.await.expect("a task").expect("a frame that is written");
        }
    }

    #[tokio::test]
    async fn a_message_in_protobuf_is_a_binary_frame() {
        let (mut io, mut client) = duplex(100);
        let mut frame = LargeFrame::new(Format::Protobuf, Bytes::from_static(b"xyz"));
        std::future::poll_fn(|context| frame.poll_write(&mut io, context)).await.expect("a frame that is written");
        drop(io);
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).await.expect("a frame");
        assert_eq!(bytes, b"\x82\x03xyz");
    }
}
