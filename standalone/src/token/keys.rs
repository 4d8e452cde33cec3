//! The keys that tokens are verified by, and their algorithms.

use hmac::{Hmac, KeyInit as _, Mac as _};
use p256::ecdsa::signature::Verifier as _;
use rsa::PublicKey as RsaPublicKey;
use rsa::pkcs8::DecodePublicKey as _;
use sha2::{Sha256, Sha384, Sha512};

use crate::config::options::TokenOptions;

use super::Reason;

/// The algorithms of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Hs(Hash),
    Rs(Hash),
    Es(Hash),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    const ALL: [(&'static str, Self); 9] = [
        ("HS256", Self::Hs(Hash::Sha256)),
        ("HS384", Self::Hs(Hash::Sha384)),
        ("HS512", Self::Hs(Hash::Sha512)),
        ("RS256", Self::Rs(Hash::Sha256)),
        ("RS384", Self::Rs(Hash::Sha384)),
        ("RS512", Self::Rs(Hash::Sha512)),
        ("ES256", Self::Es(Hash::Sha256)),
        ("ES384", Self::Es(Hash::Sha384)),
        ("ES512", Self::Es(Hash::Sha512)),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| *name)
    }
}

/// Why the engine did not start: a key that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("`{section}.{option}` {problem}")]
pub(crate) struct KeyError {
    section: String,
    option: &'static str,
    problem: &'static str,
}

/// The configured keys.
pub(super) struct Keys {
    hmac: Option<HmacKey>,
    previous: Option<HmacKey>,
    /// Unix seconds, the last that accepts the previous key.
    previous_valid_until: Option<u64>,
    rsa: Option<RsaPublicKey>,
    ecdsa: Option<EcdsaKey>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // No secret gets into a log.
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    pub(super) fn new(section: &str, options: &TokenOptions) -> Result<Self, KeyError> {
        let fail = |option| move |problem| KeyError { section: section.to_owned(), option, problem };
        let rsa = pem(options.rsa_public_key.as_deref(), "RSA", |pem| RsaPublicKey::from_public_key_pem(pem).ok());
        let ecdsa = pem(options.ecdsa_public_key.as_deref(), "ECDSA", EcdsaKey::from_pem);
        Ok(Self {
            hmac: options.hmac_secret_key.as_deref().and_then(HmacKey::new),
            previous: options.hmac_previous_secret_key.as_deref().and_then(HmacKey::new),
            previous_valid_until: options.hmac_previous_secret_key_valid_until.filter(|seconds| *seconds > 0),
            rsa: rsa.map_err(fail("rsa_public_key"))?,
            ecdsa: ecdsa.map_err(fail("ecdsa_public_key"))?,
        })
    }

    /// `now` in Unix seconds.
    pub(super) fn verify(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8], now: u64) -> Result<(), Reason> {
        let fits = match algorithm {
            Algorithm::Hs(hash) => self.verify_hmac(hash, signed, signature, now),
            Algorithm::Rs(hash) => self.rsa.as_ref().map(|key| verify_rsa(key, hash, signed, signature)),
            Algorithm::Es(hash) => self.ecdsa.as_ref().and_then(|key| key.verify(hash, signed, signature)),
        };
        match fits {
            Some(true) => Ok(()),
            Some(false) => Err(Reason::Signature(algorithm.name())),
            None => Err(Reason::NoKey(algorithm.name())),
        }
    }

    /// `None` without a key.
    fn verify_hmac(&self, hash: Hash, signed: &[u8], signature: &[u8], now: u64) -> Option<bool> {
        let is_valid = self.previous_valid_until.is_none_or(|until| now <= until);
        let mut keys = self.hmac.iter().chain(self.previous.as_ref().filter(|_| is_valid)).peekable();
        keys.peek()?;
        Some(keys.any(|key| key.verify(hash, signed, signature)))
    }
}

/// A secret, prepared for each hash.
struct HmacKey {
    sha256: Hmac<Sha256>,
    sha384: Hmac<Sha384>,
    sha512: Hmac<Sha512>,
}

impl HmacKey {
    /// `None` for an empty secret.
    fn new(secret: &str) -> Option<Self> {
        let secret = Some(secret.as_bytes()).filter(|secret| !secret.is_empty())?;
        Some(Self {
            sha256: Hmac::new_from_slice(secret).ok()?,
            sha384: Hmac::new_from_slice(secret).ok()?,
            sha512: Hmac::new_from_slice(secret).ok()?,
        })
    }

    /// In constant time.
    fn verify(&self, hash: Hash, signed: &[u8], signature: &[u8]) -> bool {
        let fits = match hash {
            Hash::Sha256 => self.sha256.clone().chain_update(signed).verify_slice(signature),
            Hash::Sha384 => self.sha384.clone().chain_update(signed).verify_slice(signature),
            Hash::Sha512 => self.sha512.clone().chain_update(signed).verify_slice(signature),
        };
        fits.is_ok()
    }
}

fn verify_rsa(key: &RsaPublicKey, hash: Hash, signed: &[u8], signature: &[u8]) -> bool {
    let fits = match hash {
        Hash::Sha256 => key.pkcs1v15_verify::<Sha256>(signed, signature),
        Hash::Sha384 => key.pkcs1v15_verify::<Sha384>(signed, signature),
        Hash::Sha512 => key.pkcs1v15_verify::<Sha512>(signed, signature),
    };
    fits.is_ok()
}

/// A key of one of the curves that tokens use: each has its own algorithm.
enum EcdsaKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

impl EcdsaKey {
    fn from_pem(pem: &str) -> Option<Self> {
        let p256 = p256::PublicKey::from_public_key_pem(pem).map(|key| Self::P256(key.into()));
        let p384 = || p384::PublicKey::from_public_key_pem(pem).map(|key| Self::P384(key.into()));
        let p521 = || p521::PublicKey::from_public_key_pem(pem).map(|key| Self::P521(key.into()));
        p256.ok().or_else(|| p384().ok()).or_else(|| p521().ok())
    }

    /// `None` if the key's curve isn't the algorithm's. A signature is two numbers of the curve's size.
    fn verify(&self, hash: Hash, signed: &[u8], signature: &[u8]) -> Option<bool> {
        let fits = match (self, hash) {
            (Self::P256(key), Hash::Sha256) => p256::ecdsa::Signature::from_slice(signature).map(|s| key.verify(signed, &s)),
            (Self::P384(key), Hash::Sha384) => p384::ecdsa::Signature::from_slice(signature).map(|s| key.verify(signed, &s)),
            (Self::P521(key), Hash::Sha512) => p521::ecdsa::Signature::from_slice(signature).map(|s| key.verify(signed, &s)),
            _ => return None,
        };
        Some(matches!(fits, Ok(Ok(()))))
    }
}

/// The public key of a PEM text, if there is one.
fn pem<K>(text: Option<&str>, kind: &str, parse: impl Fn(&str) -> Option<K>) -> Result<Option<K>, &'static str> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    parse(text).map(Some).ok_or_else(|| problem(text, kind))
}

fn problem(text: &str, kind: &str) -> &'static str {
    match text {
        text if !text.contains("-----BEGIN ") => "isn't PEM: it has no line `-----BEGIN PUBLIC KEY-----`",
        text if text.contains(" PRIVATE KEY-----") => {
            "is a private key: write the public one, which `openssl pkey -pubout` prints"
        }
        text if text.contains("BEGIN CERTIFICATE") => {
            "is a certificate: write its public key, which `openssl x509 -pubkey -noout` prints"
        }
        text if !text.contains("BEGIN PUBLIC KEY") => {
            "has another form than `-----BEGIN PUBLIC KEY-----`: `openssl pkey -pubin -pubout` prints that one"
        }
        _ if kind == "RSA" => "isn't an RSA public key of 1024 to 8192 bits",
        _ => "isn't an ECDSA public key of one of the curves P-256, P-384 and P-521",
    }
}
