//! The tokens of scenarios, and the keys that sign them. The settings of the servers have the public ones.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer as _;
use rsa::pkcs8::DecodePrivateKey as _;
use sha2::{Sha256, Sha384, Sha512};

/// The secret of the tokens in the settings of all servers.
const SECRET: &str = "the key of the tokens, which is long enough";

/// How a token is signed.
#[derive(Debug, Default)]
pub(crate) struct Signing {
    /// Another secret than that of the servers.
    pub(crate) secret: Option<String>,
    /// Another algorithm than HS256.
    pub(crate) algorithm: Option<String>,
    /// Another header than that of the algorithm.
    pub(crate) header: Option<String>,
}

impl Signing {
    /// The token with these claims.
    pub(crate) fn token(&self, claims: &str) -> String {
        let algorithm = self.algorithm.as_deref().unwrap_or("HS256");
        let header = self.header.clone().unwrap_or_else(|| format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#));
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.signature(algorithm, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// # Panics
    ///
    /// For an algorithm that isn't one of tokens.
    fn signature(&self, algorithm: &str, signed: &[u8]) -> Vec<u8> {
        let secret = self.secret.as_deref().unwrap_or(SECRET).as_bytes();
        match algorithm {
            "none" => Vec::new(),
            "HS256" => mac::<Hmac<Sha256>>(secret, signed),
            "HS384" => mac::<Hmac<Sha384>>(secret, signed),
            "HS512" => mac::<Hmac<Sha512>>(secret, signed),
            "RS256" => rsa_key().pkcs1v15_sign::<Sha256>(signed).expect("a signature"),
            "RS384" => rsa_key().pkcs1v15_sign::<Sha384>(signed).expect("a signature"),
            "RS512" => rsa_key().pkcs1v15_sign::<Sha512>(signed).expect("a signature"),
            "ES256" => p256(signed),
            "ES384" => p384(signed),
            "ES512" => p521(signed),
            other => panic!("no algorithm `{other}`"),
        }
    }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).expect("a secret of any length");
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

fn rsa_key() -> rsa::PrivateKey {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../standalone/src/token/testdata/rsa.pem");
    rsa::PrivateKey::from_pkcs8_pem(&fs::read_to_string(file).expect("a key")).expect("a key")
}

// The private keys of the curves are numbers that are easy to write.

fn p256(signed: &[u8]) -> Vec<u8> {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
    let signature: p256::ecdsa::Signature = key.sign(signed);
    signature.to_bytes().to_vec()
}

fn p384(signed: &[u8]) -> Vec<u8> {
    let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).expect("a key");
    let signature: p384::ecdsa::Signature = key.sign(signed);
    signature.to_bytes().to_vec()
}

fn p521(signed: &[u8]) -> Vec<u8> {
    let key = p521::ecdsa::SigningKey::from_slice(&[[0; 2].as_slice(), &[7; 64]].concat()).expect("a key");
    let signature: p521::ecdsa::Signature = key.sign(signed);
    signature.to_bytes().to_vec()
}
