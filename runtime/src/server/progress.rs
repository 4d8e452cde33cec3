//! The progress of what a peer sends: whether it stands at the end of a frame, or must go on.

/// The connection preface, before the first frame.
const PREFACE: usize = 24;
/// The head of a frame: length, type, flags, stream.
const HEAD: usize = 9;

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
/// A flag of SETTINGS.
const ACK: u8 = 1;
/// A flag of HEADERS and CONTINUATION.
const END_HEADERS: u8 = 4;

/// The progress of a connection. It follows the heads of frames alone, and trusts them: h2 refuses what HTTP/2 forbids.
#[derive(Debug)]
pub(crate) struct Progress {
    /// The bytes that are missing of the preface, or of a frame's payload.
    missing: usize,
    /// The beginning of a frame's head.
    head: [u8; HEAD],
    has_head: usize,
    /// A block of headers has begun, and goes on in CONTINUATION.
    in_headers: bool,
    /// What the handshake still needs: the peer's settings, and the acknowledgement of the app's.
    needs_settings: bool,
    needs_ack: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { missing: PREFACE, head: [0; HEAD], has_head: 0, in_headers: false, needs_settings: true, needs_ack: true }
    }

    /// Whether the handshake is complete.
    pub(crate) fn is_greeted(&self) -> bool {
        !self.needs_settings && !self.needs_ack
    }

    /// Whether the peer may be silent: the handshake, the last frame and its block of headers are complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.missing == 0 && self.has_head == 0 && !self.in_headers && self.is_greeted()
    }

    /// Follows bytes that have arrived. Returns whether the peer might have been silent after some of them.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) -> bool {
        let mut was_complete = false;
        while !bytes.is_empty() {
            if self.missing > 0 {
                let now = self.missing.min(bytes.len());
                self.missing -= now;
                bytes = &bytes[now..];
            } else {
                bytes = self.follow_head(bytes);
            }
            was_complete |= self.is_complete();
        }
        was_complete
    }

    /// Follows bytes of a frame's head. Returns those after it.
    fn follow_head<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (now, rest) = bytes.split_at(bytes.len().min(HEAD - self.has_head));
        self.head[self.has_head..][..now.len()].copy_from_slice(now);
        self.has_head += now.len();
        if self.has_head == HEAD {
            self.has_head = 0;
            let [a, b, c, kind, flags, ..] = self.head;
            self.missing = u32::from_be_bytes([0, a, b, c]) as usize;
            self.begin(kind, flags);
        }
        rest
    }

    fn begin(&mut self, kind: u8, flags: u8) {
        match kind {
            HEADERS | CONTINUATION => self.in_headers = flags & END_HEADERS == 0,
            SETTINGS if flags & ACK == 0 => self.needs_settings = false,
            SETTINGS => self.needs_ack = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, 0, payload.len() as u8, kind, flags, 0, 0, 0, 1];
        frame.extend(payload);
        frame
    }

    fn greeting() -> Vec<u8> {
        [&[b'P'; PREFACE][..], &frame(SETTINGS, 0, &[0; 6]), &frame(SETTINGS, ACK, &[])].concat()
    }

    /// Whether a peer may be silent after each of the bytes.
    fn complete(bytes: &[u8]) -> Vec<bool> {
        let mut progress = Progress::new();
        bytes
            .iter()
            .map(|byte| {
                let was_complete = progress.follow(&[*byte]);
                assert_eq!(was_complete, progress.is_complete());
                was_complete
            })
            .collect()
    }

    /// The numbers of bytes after which a peer may be silent, besides those of the greeting.
    fn ends(frames: &[Vec<u8>]) -> Vec<usize> {
        let sent = [greeting(), frames.concat()].concat();
        let complete = complete(&sent);
        assert_eq!(complete.iter().position(|complete| *complete), Some(greeting().len() - 1));
        let rest = &complete[greeting().len()..];
        rest.iter().enumerate().filter(|(_, complete)| **complete).map(|(at, _)| at + 1).collect()
    }

    #[test]
    fn a_peer_may_be_silent_between_complete_blocks_and_frames() {
        let (headers, data) = (frame(HEADERS, END_HEADERS, b"abc"), frame(0, 1, b"abcd"));
        assert_eq!(ends(&[headers.clone(), data.clone()]), [12, 25]);
        assert_eq!(ends(&[frame(HEADERS, 0, b"abc"), frame(CONTINUATION, 0, b""), headers]), [33]);
        assert_eq!(ends(&[frame(HEADERS, 0, b"abc"), frame(CONTINUATION, END_HEADERS, b"d"), data]), [22, 35]);
    }

    #[test]
    fn a_read_that_ends_one_frame_and_begins_the_next_is_progress() {
        let mut progress = Progress::new();
        progress.follow(&greeting());
        let frame = frame(0, 0, b"abcd");
        assert!(!progress.follow(&frame[..5]));
        assert!(progress.follow(&[&frame[5..], &frame[..5]].concat()) && !progress.is_complete());
        assert!(!progress.follow(&frame[5..7]));
    }
}
