//! Signatures of the keys that a client may track in a shared poll.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::reject::error_reply::ErrorReply;

/// A signer of the keys that a user may track in a channel, with Centrifugo's `shared_poll.hmac_secret_key`. Needs the
/// feature `poll-signatures`.
///
/// The SDK's `getSignature` calls an RPC for the signature:
///
/// ```
/// use std::time::Duration;
/// use centrifugo::{App, Data, PollSigner, Reject, SignedKeys, State, UserId};
///
/// #[derive(serde::Deserialize)]
/// struct Request {
///     channel: String,
///     keys: Vec<String>,
/// }
///
/// /// The user may track only the keys that are returned here.
/// #[centrifugo::rpc("sign")]
/// async fn sign(
///     user: UserId,
///     Data(request): Data<Request>,
///     State(signer): State<PollSigner>,
/// ) -> Result<SignedKeys, Reject> {
///     let allowed = request.keys.into_iter().filter(|key| key.starts_with("public-"));
///     Ok(signer.sign(user, request.channel, allowed, Duration::from_secs(3600))?)
/// }
///
/// App::new().state(PollSigner::new("long and random")).centrifugo(serde_json::json!({
///     "shared_poll": { "hmac_secret_key": "long and random" }
/// }));
/// ```
#[derive(Clone)]
pub struct PollSigner(Hmac<Sha256>);

/// Keys and their signature, as the SDK's `getSignature` returns them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignedKeys {
    /// The signed keys.
    pub keys: Vec<String>,
    /// Their signature.
    pub signature: String,
}

const AMBIGUOUS: ErrorReply = ErrorReply::new(400, "a key, a channel or a user can't have a zero byte");

impl PollSigner {
    /// Creates a signer with Centrifugo's `shared_poll.hmac_secret_key`.
    ///
    /// # Panics
    ///
    /// Never: HMAC takes keys of any length.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self(Hmac::new_from_slice(secret.as_ref()).expect("HMAC takes keys of any length"))
    }

    /// Signs that the user may track the keys in the channel, from now on, for the duration `valid`.
    ///
    /// # Errors
    ///
    /// Error 400, if a string has a zero byte: zero bytes separate the signed strings, so other keys could be read from
    /// them.
    pub fn sign<K: Into<String>>(
        &self,
        user: impl AsRef<str>,
        channel: impl AsRef<str>,
        keys: impl IntoIterator<Item = K>,
        valid: Duration,
    ) -> Result<SignedKeys, ErrorReply> {
        let from = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let times = (from.as_secs(), from.saturating_add(valid).as_secs());
        self.sign_from(user.as_ref(), channel.as_ref(), keys.into_iter().map(Into::into).collect(), times)
    }

    fn sign_from(
        &self,
        user: &str,
        channel: &str,
        keys: Vec<String>,
        (from, to): (u64, u64),
    ) -> Result<SignedKeys, ErrorReply> {
        if keys.iter().map(String::as_str).chain([user, channel]).any(|text| text.contains('\0')) {
            return Err(AMBIGUOUS);
        }
        let hash = hex(&Sha256::digest(keys.join("\0")));
        let mac = self.0.clone().chain_update(format!("{from}\0{to}\0{user}\0{channel}\0{hash}"));
        let signature = format!("{from}:{to}:{}", hex(&mac.finalize().into_bytes()));
        Ok(SignedKeys { keys, signature })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hides the secret.
impl fmt::Debug for PollSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PollSigner")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_could_be_read_as_other_keys_are_not_signed() {
        let signer = PollSigner::new("secret");
        let sign = |user: &str, channel: &str, key: &str| signer.sign(user, channel, [key], Duration::from_secs(1));
        assert_eq!(sign("ann", "prices:a", "ACME").unwrap().keys, ["ACME"]);
        for (user, channel, key) in [("a\0b", "c", "k"), ("a", "b\0c", "k"), ("a", "b", "k\0l")] {
            assert_eq!(sign(user, channel, key), Err(AMBIGUOUS));
        }
        assert_eq!(format!("{signer:?}"), "PollSigner");
    }
}
