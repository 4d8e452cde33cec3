//! Connection tokens: nobody is let in by one that the secret has not signed, and everybody by one that is simple and valid.

use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Sha256, Sha384, Sha512};

use crate::engine::client::Client;
use crate::engine::reply::of_json;
use crate::engine::{SECRET, engine, settled};

const ALGORITHMS: [&str; 8] = ["HS256", "HS384", "HS512", "none", "hs256", "RS256", "ES512", ""];
const CLAIMS: [&str; 15] = [
    "sub",
    "exp",
    "nbf",
    "iat",
    "aud",
    "iss",
    "jti",
    "channel",
    "channels",
    "subs",
    "info",
    "b64info",
    "meta",
    "expire_at",
    "override",
];

#[derive(Debug, Arbitrary)]
pub(crate) struct Input<'a> {
    algorithm: u8,
    claims: Vec<(u8, Claim<'a>)>,
    /// Another secret than the engine's.
    secret: Option<&'a [u8]>,
    /// A byte of the token that is replaced, and by what.
    change: Option<(u16, char)>,
}

#[derive(Debug, Arbitrary)]
enum Claim<'a> {
    Text(&'a str),
    Number(i64),
    Fraction(f64),
    Flag(bool),
    Texts(Vec<&'a str>),
    Subs(Vec<(&'a str, &'a str)>),
    Null,
}

pub(crate) async fn check(input: &Input<'_>) {
    let algorithm = ALGORITHMS[usize::from(input.algorithm) % ALGORITHMS.len()];
    let claims: Map<_, _> = input.claims.iter().map(|(name, claim)| (name_of(*name), claim.value())).collect();
    let secret = input.secret.unwrap_or(SECRET.as_bytes());
    let signed = token(algorithm, &claims, secret);
    let sent = changed(&signed, input.change);
    let is_genuine = secret == SECRET.as_bytes() && algorithm.starts_with("HS") && sent == signed;
    let is_simple = claims.iter().all(|(name, value)| ["sub", "info"].contains(&name.as_str()) && value.is_string());
    let engine = engine();
    let mut client = Client::open(&engine, false).await;
    client.send(json!({"id": 1, "connect": {"token": sent}}).to_string().as_bytes()).await;
    client.send(br#"{"id":2,"subscribe":{"channel":"a"}}"#).await;
    client.send(br#"{"id":3,"presence":{"channel":"a"}}"#).await;
    settled().await;
    let received: Vec<Value> = client.end().await.messages.iter().map(|message| of_json(message)).collect();
    let is_let_in = received.iter().any(|message| message["connect"].is_object());
    assert!(is_genuine || !is_let_in, "a token that the secret hasn't signed: {sent}");
    assert!(is_let_in || !is_genuine || !is_simple, "refused: {claims:?}: {received:?}");
    let users = received.iter().filter_map(|message| message["presence"]["presence"].as_object()?.values().next());
    let expected = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    assert!(users.into_iter().all(|info| info["user"] == expected), "not {expected:?}: {received:?}");
}

fn name_of(at: u8) -> String {
    CLAIMS[usize::from(at) % CLAIMS.len()].to_owned()
}

impl Claim<'_> {
    fn value(&self) -> Value {
        match self {
            Self::Text(text) => (*text).into(),
            Self::Number(number) => (*number).into(),
            Self::Fraction(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Texts(texts) => texts.clone().into(),
            Self::Subs(subs) => {
                let subs = subs.iter().map(|(channel, info)| ((*channel).to_owned(), json!({"info": info})));
                Value::Object(subs.collect())
            }
            Self::Null => Value::Null,
        }
    }
}

/// A token of this algorithm, signed with the secret as far as the algorithm has one.
fn token(algorithm: &str, claims: &Map<String, Value>, secret: &[u8]) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": algorithm, "typ": "JWT"})), part(&Value::Object(claims.clone())));
    let signature = match algorithm {
        "HS384" => signature::<Hmac<Sha384>>(secret, &signed),
        "HS512" => signature::<Hmac<Sha512>>(secret, &signed),
        "none" => Vec::new(),
        _ => signature::<Hmac<Sha256>>(secret, &signed),
    };
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn signature<M: Mac + KeyInit>(secret: &[u8], signed: &str) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(secret).expect("any length is a secret");
    mac.chain_update(signed).finalize().into_bytes().to_vec()
}

/// The token with another character at a place.
fn changed(token: &str, change: Option<(u16, char)>) -> String {
    let Some((at, by)) = change else { return token.to_owned() };
    let at = usize::from(at) % token.len();
    token.chars().enumerate().map(|(place, character)| if place == at { by } else { character }).collect()
}
