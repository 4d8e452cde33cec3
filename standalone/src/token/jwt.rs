//! A JSON web token's three parts.

use bytes::Bytes;
use serde::Deserialize;

use super::Reason;
use super::keys::Algorithm;
use crate::{base64, go_json};

/// The first letters of each token: `{"` in Base64.
const BEGINNING: &str = "eyJ";

/// A token that isn't verified yet.
#[derive(Debug)]
pub(super) struct Jwt {
    pub(super) algorithm: Algorithm,
    /// JSON.
    pub(super) claims: String,
    pub(super) signature: Bytes,
    /// The length of the part that is signed: header, dot, claims.
    signed: usize,
}

/// All of the header that Centrifugo reads, although only the algorithm has an effect.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Header {
    alg: Option<String>,
    #[serde(rename = "typ")]
    _typ: Option<String>,
    #[serde(rename = "cty")]
    _cty: Option<String>,
    #[serde(rename = "kid")]
    _kid: Option<String>,
}

impl Jwt {
    pub(super) fn parse(token: &str) -> Result<Self, Reason> {
        if !token.starts_with(BEGINNING) {
            return Err(Reason::Format);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::Format)?;
        let (header, claims) = signed.split_once('.').ok_or(Reason::Format)?;
        Ok(Self {
            algorithm: algorithm(&decode(header)?)?,
            claims: String::from_utf8_lossy(&decode(claims)?).into_owned(),
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
    let header = str::from_utf8(header).ok().and_then(|header| go_json::from_str::<Header>(header).ok());
    let algorithm = header.ok_or(Reason::Format)?.alg.unwrap_or_default();
    Algorithm::named(&algorithm).ok_or(Reason::UnknownAlgorithm)
}

fn decode(part: &str) -> Result<Bytes, Reason> {
    base64::url(part).ok_or(Reason::Format)
}
