//! Base64 as Go reads it: line breaks anywhere, and any last bits, which nothing needs.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{NO_PAD, PAD};
use base64::engine::{Engine as _, GeneralPurpose};
use bytes::Bytes;

/// Decodes a field such as `b64data`, with padding. `None`: the text isn't Base64.
pub(crate) fn standard(text: &str) -> Option<Bytes> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
    decode(&ENGINE, text)
}

/// Decodes a part of a token, in the alphabet of URLs, without padding. `None`: the text isn't Base64.
pub(crate) fn url(text: &str) -> Option<Bytes> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));
    decode(&ENGINE, text)
}

fn decode(engine: &GeneralPurpose, text: &str) -> Option<Bytes> {
    const LINE_BREAKS: [char; 2] = ['\r', '\n'];
    let decoded =
        if text.contains(LINE_BREAKS) { engine.decode(text.replace(LINE_BREAKS, "")) } else { engine.decode(text) };
    decoded.ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_the_last_bits_are_ignored() {
        for text in ["MTI=", "MTI=\n", "M\r\nTI=", "MTJ="] {
            assert_eq!(standard(text).as_deref(), Some(b"12".as_slice()), "{text:?}");
        }
    }

    #[test]
    fn parts_of_tokens_have_no_padding_and_the_alphabet_of_urls() {
        for text in ["-_8", "-\n_8", "-_9"] {
            assert_eq!(url(text).as_deref(), Some([0xfb, 0xff].as_slice()), "{text:?}");
        }
        for text in ["-_8=", "+/8"] {
            assert_eq!(url(text), None, "{text}");
        }
    }

    #[test]
    fn another_alphabet_or_no_padding_is_refused() {
        for text in ["MTI", "_-8=", "%", "MTI= ", "MTI=="] {
            assert_eq!(standard(text), None, "{text}");
        }
    }
}
