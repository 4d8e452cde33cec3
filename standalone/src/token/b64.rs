//! Base64 as Go reads it: line breaks anywhere, and any last bits.

use base64::DecodeError;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{NO_PAD, PAD};
use base64::engine::{Engine as _, GeneralPurpose};

/// Decodes a part of a token.
pub(super) fn url(text: &str) -> Result<Vec<u8>, DecodeError> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));
    decode(&ENGINE, text)
}

/// Decodes a claim such as `b64info`.
pub(super) fn standard(text: &str) -> Result<Vec<u8>, DecodeError> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
    decode(&ENGINE, text)
}

fn decode(engine: &GeneralPurpose, text: &str) -> Result<Vec<u8>, DecodeError> {
    const LINE_BREAKS: [char; 2] = ['\r', '\n'];
    if text.contains(LINE_BREAKS) { engine.decode(text.replace(LINE_BREAKS, "")) } else { engine.decode(text) }
}
