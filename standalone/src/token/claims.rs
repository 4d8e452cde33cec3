//! What tokens claim. The types of all claims are checked, also of those that have no effect; unknown ones are ignored.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use super::Reason;
use super::date::Date;
use crate::config::overrides::Overrides;

/// The end of the year 9999: later dates count as this one, so that sums with them don't overflow.
const END_OF_TIME: i64 = 253_402_300_799;

/// What a connection token grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionClaims {
    /// Empty: anonymous.
    pub(crate) user: String,
    /// When the connection expires, in Unix seconds. `None`: never.
    pub(crate) expire_at: Option<i64>,
    /// `conn_info`: empty if there is none.
    pub(crate) info: Bytes,
    /// For the app's handlers: JSON, `None` if there is none.
    pub(crate) meta: Option<Bytes>,
    /// The server-side subscriptions: `subs`, or else `channels`.
    pub(crate) subscriptions: BTreeMap<String, SubscribeOptions>,
}

/// What a subscription token grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubscriptionClaims {
    pub(crate) user: String,
    pub(crate) channel: String,
    /// The only client that may use the token, if it isn't empty.
    pub(crate) client: String,
    /// When the subscription expires, in Unix seconds. `None`: never.
    pub(crate) expire_at: Option<i64>,
    pub(crate) options: SubscribeOptions,
}

impl SubscriptionClaims {
    /// Whether only another client may use the token.
    pub(crate) fn is_of_other_client(&self, client: &str) -> bool {
        !self.client.is_empty() && self.client != client
    }
}

/// What a token has for one subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SubscribeOptions {
    /// `chan_info`: empty if there is none.
    pub(crate) info: Bytes,
    /// For the client: empty if there is none.
    pub(crate) data: Bytes,
    pub(crate) overrides: Overrides,
}

/// The claims of the JWT standard.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Registered {
    #[serde(deserialize_with = "one_or_many")]
    pub(super) aud: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) iss: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) sub: String,
    pub(super) exp: Option<Date>,
    pub(super) nbf: Option<Date>,
    #[serde(rename = "iat")]
    _iat: Option<Date>,
    #[serde(rename = "jti", deserialize_with = "nullable")]
    _jti: String,
}

/// The other claims of a connection token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Connection {
    #[serde(deserialize_with = "nullable")]
    pub(super) channel: String,
    expire_at: Option<i64>,
    #[serde(deserialize_with = "raw")]
    info: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    b64info: String,
    #[serde(deserialize_with = "raw")]
    meta: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    channels: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    subs: HashMap<String, Option<Subscribe>>,
}

/// The other claims of a subscription token.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Subscription {
    #[serde(deserialize_with = "nullable")]
    pub(super) channel: String,
    #[serde(deserialize_with = "nullable")]
    client: String,
    expire_at: Option<i64>,
    #[serde(deserialize_with = "raw")]
    info: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    b64info: String,
    #[serde(deserialize_with = "raw")]
    data: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    b64data: String,
    #[serde(rename = "override", deserialize_with = "nullable")]
    overrides: Overrides,
}

/// One of `subs`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subscribe {
    #[serde(deserialize_with = "raw")]
    info: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    b64info: String,
    #[serde(deserialize_with = "raw")]
    data: Option<Bytes>,
    #[serde(deserialize_with = "nullable")]
    b64data: String,
    #[serde(rename = "override", deserialize_with = "nullable")]
    overrides: Overrides,
}

impl Connection {
    /// What is granted to `user`; `exp` is the token's.
    pub(super) fn read(self, user: String, exp: Option<Date>) -> Result<ConnectionClaims, Reason> {
        let subs = self.subs.into_iter().map(|(channel, sub)| Ok((channel, sub.unwrap_or_default().read()?)));
        let mut subscriptions = subs.collect::<Result<BTreeMap<_, _>, Reason>>()?;
        if subscriptions.is_empty() {
            subscriptions.extend(self.channels.into_iter().map(|channel| (channel, SubscribeOptions::default())));
        }
        Ok(ConnectionClaims {
            user,
            expire_at: expiry(self.expire_at, exp),
            info: payload("b64info", &self.b64info, self.info)?,
            meta: self.meta,
            subscriptions,
        })
    }
}

impl Subscription {
    /// What is granted to `user`; `exp` is the token's.
    pub(super) fn read(self, user: String, exp: Option<Date>) -> Result<SubscriptionClaims, Reason> {
        let Self { channel, client, expire_at, info, b64info, data, b64data, overrides } = self;
        Ok(SubscriptionClaims {
            user,
            channel,
            client,
            expire_at: expiry(expire_at, exp),
            options: Subscribe { info, b64info, data, b64data, overrides }.read()?,
        })
    }
}

impl Subscribe {
    fn read(self) -> Result<SubscribeOptions, Reason> {
        Ok(SubscribeOptions {
            info: payload("b64info", &self.b64info, self.info)?,
            data: payload("b64data", &self.b64data, self.data)?,
            overrides: self.overrides,
        })
    }
}

pub(super) fn registered(claims: &[u8]) -> Result<Registered, Reason> {
    object(claims)
}

pub(super) fn connection(claims: &[u8]) -> Result<Connection, Reason> {
    object(claims)
}

pub(super) fn subscription(claims: &[u8]) -> Result<Subscription, Reason> {
    object(claims)
}

/// The claim `name` as text: a string's content, a number, `true` or `false`, any other JSON as it stands; empty without it.
pub(super) fn text_of(claims: &[u8], name: &str) -> Result<String, Reason> {
    let mut claims: HashMap<String, serde_json::Value> = object(claims)?;
    Ok(match claims.remove(name) {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Number(number)) => number_text(&number),
        Some(other) => other.to_string(),
    })
}

/// An integer as it is; others without exponent and trailing zeros, so that `1.50` and `1.5` are one user.
fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => value.to_string(),
        _ => number.to_string(),
    }
}

fn object<T: DeserializeOwned>(claims: &[u8]) -> Result<T, Reason> {
    // serde would take an array for a struct.
    if !claims.trim_ascii_start().starts_with(b"{") {
        return Err(Reason::Claims("they are no JSON object".to_owned()));
    }
    serde_json::from_slice(claims).map_err(|error| Reason::Claims(error.to_string()))
}

/// `expire_at`, of which 0 means never, takes precedence over `exp`.
fn expiry(expire_at: Option<i64>, exp: Option<Date>) -> Option<i64> {
    let seconds = match expire_at {
        Some(seconds) => Some(seconds).filter(|seconds| *seconds > 0),
        None => exp.map(Date::seconds),
    };
    seconds.map(|seconds| seconds.min(END_OF_TIME))
}

fn payload(name: &str, base64: &str, json: Option<Bytes>) -> Result<Bytes, Reason> {
    if base64.is_empty() {
        return Ok(json.unwrap_or_default());
    }
    let bytes = BASE64_STANDARD.decode(base64);
    bytes.map(Bytes::from).map_err(|error| Reason::Claims(format!("`{name}` isn't Base64: {error}")))
}

/// JSON as it stands, also `null`.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bytes>, D::Error> {
    let json = Box::<str>::from(Box::<RawValue>::deserialize(deserializer)?);
    Ok(Some(Bytes::from(json.into_string())))
}

fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A string, or an array of strings.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Audience::deserialize(deserializer)? {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    })
}
