//! A JSON web token's three parts.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::Reason;
use super::keys::Algorithm;

/// A token that isn't verified yet.
#[derive(Debug)]
pub(super) struct Jwt {
    pub(super) algorithm: Algorithm,
    /// A JSON object's text.
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// The length of the part that is signed: header, dot, claims.
    signed: usize,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(default, borrow)]
    alg: std::borrow::Cow<'a, str>,
}

impl Jwt {
    pub(super) fn parse(token: &str) -> Result<Self, Reason> {
        // Tokens that a shell made end with a newline; Centrifugo accepts them.
        let token = token.trim_end_matches(['\r', '\n']);
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::Format)?;
        let (header, claims) = signed.split_once('.').ok_or(Reason::Format)?;
        Ok(Self {
            algorithm: algorithm(&decode(header)?)?,
            claims: decode(claims)?,
            signature: decode(signature)?,
            signed: signed.len(),
        })
    }

    /// What the signature is made of; `token` is the one that was parsed.
    pub(super) fn signed<'a>(&self, token: &'a str) -> &'a [u8] {
        &token.as_bytes()[..self.signed]
    }
}

fn algorithm(header: &[u8]) -> Result<Algorithm, Reason> {
    // serde would take an array for a struct.
    if !header.starts_with(b"{") {
        return Err(Reason::Format);
    }
    let header: Header<'_> = serde_json::from_slice(header).map_err(|_| Reason::Format)?;
    Algorithm::named(&header.alg).ok_or(Reason::UnknownAlgorithm)
}

fn decode(part: &str) -> Result<Vec<u8>, Reason> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::Format)
}
