//! What tokens claim. The types of all claims are checked, also of those that have no effect; unknown ones are ignored.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::date::Date;
use super::{Namespaces, Reason, TokenError};
use crate::base64;
use crate::config::overrides::Overrides;
use crate::go_json;

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
    pub(super) fn read(
        mut self,
        user: String,
        exp: Option<Date>,
        namespaces: Namespaces<'_>,
    ) -> Result<ConnectionClaims, TokenError> {
        let subscriptions = self.subscriptions(namespaces)?;
        Ok(ConnectionClaims {
            user,
            expire_at: expiry(self.expire_at, exp),
            info: payload("b64info", &self.b64info, self.info).map_err(TokenError::Unusable)?,
            meta: self.meta,
            subscriptions,
        })
    }

    fn subscriptions(&mut self, namespaces: Namespaces<'_>) -> Result<BTreeMap<String, SubscribeOptions>, TokenError> {
        let channels = std::mem::take(&mut self.channels).into_iter().map(|channel| (channel, None));
        let subs = std::mem::take(&mut self.subs);
        let claimed: Vec<_> = if subs.is_empty() { channels.collect() } else { subs.into_iter().collect() };
        let read = claimed.into_iter().map(|(channel, sub)| {
            namespaces.check(&channel)?;
            Ok((channel, sub.unwrap_or_default().read()?))
        });
        read.collect()
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

/// Reads some of the claims.
pub(super) fn read<'de, T: Deserialize<'de>>(claims: &'de str) -> Result<T, Reason> {
    go_json::from_str(claims).map_err(|error| Reason::Claims(error.to_string()))
}

/// The first claim `name` as text: a string's content, a number, any other JSON as it stands; empty without it.
pub(super) fn text_of(claims: &str, name: &str) -> Result<String, Reason> {
    let malformed = |error: serde_json::Error| Reason::Claims(error.to_string());
    let claims = go_json::entries(claims).map_err(malformed)?;
    let claim = claims.into_iter().find(|(key, _)| key == name).map_or("null", |(_, claim)| claim.get());
    match claim.as_bytes() {
        b"null" => Ok(String::new()),
        [b'"', ..] => go_json::text(claim).map_err(malformed),
        [b'-' | b'0'..=b'9', ..] => Ok(number_text(claim)),
        _ => Ok(claim.to_owned()),
    }
}

/// An integer as it is; others without exponent and trailing zeros, so that `1.50` and `1.5` are one user.
fn number_text(number: &str) -> String {
    match number.parse::<f64>() {
        Ok(value) if number.contains(['.', 'e', 'E']) => value.to_string(),
        _ => number.to_owned(),
    }
}

/// `expire_at`, of which 0 means never, takes precedence over `exp`.
fn expiry(expire_at: Option<i64>, exp: Option<Date>) -> Option<i64> {
    match expire_at {
        Some(seconds) => Some(seconds).filter(|seconds| *seconds > 0),
        None => exp.map(Date::seconds),
    }
}

fn payload(name: &str, base64: &str, json: Option<Bytes>) -> Result<Bytes, Reason> {
    if base64.is_empty() {
        return Ok(json.unwrap_or_default());
    }
    base64::standard(base64).ok_or_else(|| Reason::Claims(format!("`{name}` isn't Base64")))
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
