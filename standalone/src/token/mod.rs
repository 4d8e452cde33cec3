//! Connection and subscription tokens: what Centrifugo accepts as a JWT, and what it reads from one.
//!
//! A token's algorithm must belong to a configured key, so that no public key can serve as an HMAC secret and `none` is no
//! algorithm. The signature is verified before any claim is believed. All of the cryptography is Rust, so that no C compiler
//! is needed.

mod claims;
mod date;
mod jwt;
mod keys;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use subtle::ConstantTimeEq as _;

use crate::config::options::TokenOptions;

use self::claims::Registered;
use self::jwt::Jwt;
use self::keys::Keys;

pub(crate) use self::{
    claims::{ConnectionClaims, SubscribeOptions, SubscriptionClaims},
    keys::KeyError,
};

/// Verifies tokens by the options of `client.token` or `client.subscription_token`.
#[derive(Debug)]
pub(crate) struct Verifier {
    keys: Keys,
    audience: Option<Expected>,
    issuer: Option<Expected>,
    user_id_claim: Option<String>,
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// 3500 for a connection, 103 for a new subscription. The text is for the log.
    #[error("invalid token: {0}")]
    Invalid(#[from] Reason),
    /// Past `exp`, or before `nbf`: 109, upon which SDKs fetch a new token.
    #[error("token expired")]
    Expired,
    /// Error 102.
    #[error("it has a channel of an unknown namespace")]
    UnknownChannel,
    /// A valid token that Centrifugo fails with: error 100.
    #[error("unusable token: {0}")]
    Unusable(Reason),
}

/// Whether a channel's namespace is known: those of tokens have to be.
#[derive(Clone, Copy)]
pub(crate) struct Namespaces<'a>(pub(crate) &'a dyn Fn(&str) -> bool);

impl Namespaces<'_> {
    fn check(self, channel: &str) -> Result<(), TokenError> {
        if (self.0)(channel) { Ok(()) } else { Err(TokenError::UnknownChannel) }
    }
}

/// What makes a token invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("it isn't a JSON web token")]
    Format,
    #[error("its algorithm isn't one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384 and ES512")]
    UnknownAlgorithm,
    #[error("no key is configured for its algorithm {0}")]
    NoKey(&'static str),
    #[error("its signature doesn't fit the key that is configured for {0}")]
    Signature(&'static str),
    #[error("its claims are malformed: {0}")]
    Claims(String),
    #[error("its issuer isn't the configured one")]
    Issuer,
    #[error("its audience isn't the configured one")]
    Audience,
    #[error("it has a claim `channel`, which only a subscription token has")]
    Channel,
    #[error("it has no claim `channel`, which a subscription token needs")]
    NoChannel,
}

impl Verifier {
    /// `section` is the path of the options, for errors: `client.token`.
    pub(crate) fn new(section: &str, options: &TokenOptions) -> Result<Self, KeyError> {
        Ok(Self {
            keys: Keys::new(section, options)?,
            audience: Expected::new(options.audience.as_ref(), options.audience_regex.as_ref()),
            issuer: Expected::new(options.issuer.as_ref(), options.issuer_regex.as_ref()),
            user_id_claim: options.user_id_claim.clone().filter(|name| !name.is_empty()),
        })
    }

    pub(crate) fn connection(&self, token: &str, namespaces: Namespaces<'_>) -> Result<ConnectionClaims, TokenError> {
        self.connection_at(token, namespaces, SystemTime::now())
    }

    pub(crate) fn subscription(&self, token: &str, namespaces: Namespaces<'_>) -> Result<SubscriptionClaims, TokenError> {
        self.subscription_at(token, namespaces, SystemTime::now())
    }

    fn connection_at(
        &self,
        token: &str,
        namespaces: Namespaces<'_>,
        now: SystemTime,
    ) -> Result<ConnectionClaims, TokenError> {
        let (jwt, registered) = self.signed(token, now)?;
        let claims: claims::Connection = claims::read(&jwt.claims)?;
        if !claims.channel.is_empty() {
            return Err(Reason::Channel.into());
        }
        check_dates(&registered, now)?;
        claims.read(self.user(&jwt, &registered)?, registered.exp, namespaces)
    }

    fn subscription_at(
        &self,
        token: &str,
        namespaces: Namespaces<'_>,
        now: SystemTime,
    ) -> Result<SubscriptionClaims, TokenError> {
        let (jwt, registered) = self.signed(token, now)?;
        let claims: claims::Subscription = claims::read(&jwt.claims)?;
        check_dates(&registered, now)?;
        if claims.channel.is_empty() {
            return Err(Reason::NoChannel.into());
        }
        namespaces.check(&claims.channel)?;
        Ok(claims.read(self.user(&jwt, &registered)?, registered.exp)?)
    }

    /// The parts of a token whose signature, issuer and audience are right.
    fn signed(&self, token: &str, now: SystemTime) -> Result<(Jwt, Registered), Reason> {
        let jwt = Jwt::parse(token)?;
        self.keys.verify(jwt.algorithm, jwt.signed(token), &jwt.signature, date::seconds(now))?;
        let registered: Registered = claims::read(&jwt.claims)?;
        match &self.issuer {
            Some(expected) if !expected.is(&registered.iss) => return Err(Reason::Issuer),
            _ => {}
        }
        match &self.audience {
            Some(expected) if !registered.aud.iter().any(|aud| expected.is(aud)) => Err(Reason::Audience),
            _ => Ok((jwt, registered)),
        }
    }

    fn user(&self, jwt: &Jwt, registered: &Registered) -> Result<String, Reason> {
        match &self.user_id_claim {
            Some(name) => claims::text_of(&jwt.claims, name),
            None => Ok(registered.sub.clone()),
        }
    }
}

fn check_dates(registered: &Registered, now: SystemTime) -> Result<(), TokenError> {
    let is_current =
        registered.exp.is_none_or(|exp| exp.is_after(now)) && registered.nbf.is_none_or(|nbf| nbf.is_before(now));
    if is_current { Ok(()) } else { Err(TokenError::Expired) }
}

/// What an issuer or an audience has to be.
#[derive(Debug)]
enum Expected {
    Text(String),
    Match(regex::Regex),
}

impl Expected {
    /// The start fails with both.
    fn new(text: Option<&String>, regex: Option<&regex::Regex>) -> Option<Self> {
        let text = text.filter(|text| !text.is_empty()).cloned().map(Self::Text);
        text.or_else(|| regex.cloned().map(Self::Match))
    }

    fn is(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => text.as_bytes().ct_eq(value.as_bytes()).into(),
            Self::Match(regex) => regex.is_match(value),
        }
    }
}
