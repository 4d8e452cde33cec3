use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use cent::Expiry;
use cent::token::{self, Key};
use hmac::Hmac;
use p256::ecdsa::signature::Signer as _;
use p256::elliptic_curve::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

use crate::config::options::TokenOptions;
use crate::config::overrides::Overrides;

use super::{ConnectionClaims, Namespaces, Reason, SubscriptionClaims, TokenError, Verifier};

const SECRET: &str = "a secret";
const NOW: u64 = 1_800_000_000;
/// Made for these tests.
const RSA_PEM: &str = include_str!("testdata/rsa.pem");

fn secret(secret: &str) -> TokenOptions {
    TokenOptions { hmac_secret_key: Some(secret.to_owned()), ..TokenOptions::default() }
}

/// Every namespace is known but one.
const ANY: Namespaces<'static> = Namespaces(&|channel| !channel.starts_with("nowhere:"));

impl Verifier {
    fn connects(&self, token: &str) -> Result<ConnectionClaims, TokenError> {
        self.connection(token, ANY)
    }

    fn subscribes(&self, token: &str) -> Result<SubscriptionClaims, TokenError> {
        self.subscription(token, ANY)
    }
}

fn verifier(options: &TokenOptions) -> Verifier {
    Verifier::new("client.token", options).unwrap()
}

fn key_error(options: &TokenOptions) -> String {
    Verifier::new("client.token", options).unwrap_err().to_string()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn unsigned(alg: &str, claims: &str) -> String {
    format!("{}.{}", base64(json!({"alg": alg, "typ": "JWT"}).to_string()), base64(claims))
}

fn mac<M: hmac::Mac + hmac::KeyInit>(secret: impl AsRef<[u8]>, signed: &str) -> Vec<u8> {
    let mac = <M as hmac::KeyInit>::new_from_slice(secret.as_ref()).unwrap();
    mac.chain_update(signed).finalize().into_bytes().to_vec()
}

fn hs256_text(claims: &str) -> String {
    let signed = unsigned("HS256", claims);
    let signature = base64(mac::<Hmac<Sha256>>(SECRET, &signed));
    format!("{signed}.{signature}")
}

fn hs256(claims: &Value) -> String {
    hs256_text(&claims.to_string())
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn connect_with(options: &TokenOptions, claims: &Value) -> Result<ConnectionClaims, TokenError> {
    verifier(options).connection_at(&hs256(claims), ANY, at(NOW))
}

fn connect(claims: &Value) -> Result<ConnectionClaims, TokenError> {
    connect_with(&secret(SECRET), claims)
}

fn subscribe(claims: &Value) -> Result<SubscriptionClaims, TokenError> {
    verifier(&secret(SECRET)).subscription_at(&hs256(claims), ANY, at(NOW))
}

fn is_malformed<T>(result: &Result<T, TokenError>) -> bool {
    matches!(result, Err(TokenError::Invalid(Reason::Claims(_))))
}

fn hour() -> Expiry {
    Expiry::after(Duration::from_secs(3600))
}

// Algorithms and keys.

#[test]
fn hmac_tokens_of_each_size_are_accepted() {
    let claims = r#"{"sub":"ann"}"#;
    let (s256, s384, s512) = (unsigned("HS256", claims), unsigned("HS384", claims), unsigned("HS512", claims));
    let tokens = [
        format!("{s256}.{}", base64(mac::<Hmac<Sha256>>(SECRET, &s256))),
        format!("{s384}.{}", base64(mac::<Hmac<Sha384>>(SECRET, &s384))),
        format!("{s512}.{}", base64(mac::<Hmac<Sha512>>(SECRET, &s512))),
    ];
    for token in tokens {
        assert_eq!(verifier(&secret(SECRET)).connects(&token).unwrap().user, "ann");
    }
}

/// The options for the public key of `pem`, and the key that signs.
fn rsa() -> (TokenOptions, rsa::PrivateKey) {
    let key = rsa::PrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
    let public = key.as_public_key().to_public_key_pem(LineEnding::LF).unwrap();
    (TokenOptions { rsa_public_key: Some(public), ..TokenOptions::default() }, key)
}

#[test]
fn rsa_tokens_of_each_size_are_accepted() {
    let (options, key) = rsa();
    let claims = r#"{"sub":"ann"}"#;
    let sign = |alg| {
        let signed = unsigned(alg, claims);
        let signature = match alg {
            "RS256" => key.pkcs1v15_sign::<Sha256>(signed.as_bytes()),
            "RS384" => key.pkcs1v15_sign::<Sha384>(signed.as_bytes()),
            _ => key.pkcs1v15_sign::<Sha512>(signed.as_bytes()),
        };
        format!("{signed}.{}", base64(signature.unwrap()))
    };
    for alg in ["RS256", "RS384", "RS512"] {
        assert_eq!(verifier(&options).connects(&sign(alg)).unwrap().user, "ann", "{alg}");
    }
    let other =
        sign("RS256").replacen(&base64(json!({"alg": "RS256", "typ": "JWT"}).to_string()), &base64(r#"{"alg":"RS384"}"#), 1);
    assert_eq!(verifier(&options).connects(&other), Err(Reason::Signature("RS384").into()));
}

/// The options and the signing key of a curve; the private key is a number that is easy to write.
fn curve(name: &str) -> (TokenOptions, Key) {
    let (private, public) = match name {
        "P-256" => {
            let key = p256::SecretKey::from_slice(&[7; 32]).unwrap();
            (key.to_pkcs8_pem(LineEnding::LF).unwrap(), key.public_key().to_public_key_pem(LineEnding::LF).unwrap())
        }
        "P-384" => {
            let key = p384::SecretKey::from_slice(&[7; 48]).unwrap();
            (key.to_pkcs8_pem(LineEnding::LF).unwrap(), key.public_key().to_public_key_pem(LineEnding::LF).unwrap())
        }
        _ => {
            let key = p521::SecretKey::from_slice(&[[0; 2].as_slice(), &[7; 64]].concat()).unwrap();
            (key.to_pkcs8_pem(LineEnding::LF).unwrap(), key.public_key().to_public_key_pem(LineEnding::LF).unwrap())
        }
    };
    let options = TokenOptions { ecdsa_public_key: Some(public), ..TokenOptions::default() };
    (options, Key::from_pem(private.as_bytes()).unwrap())
}

#[test]
fn tokens_of_the_server_sdk_are_accepted_with_every_kind_of_key() {
    let claims = token::ConnectionClaims::new("ann", hour());
    let keys = [
        (secret(SECRET), Key::hmac(SECRET).unwrap()),
        (rsa().0, Key::from_pem(RSA_PEM).unwrap()),
        curve("P-256"),
        curve("P-384"),
        curve("P-521"),
    ];
    for (options, key) in keys {
        let token = token::connection(&key, &claims).unwrap();
        assert_eq!(verifier(&options).connects(&token).unwrap().user, "ann", "{}", key.algorithm());
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let token = token::connection(&Key::hmac("another").unwrap(), &token::ConnectionClaims::new("ann", hour())).unwrap();
    assert_eq!(verifier(&secret(SECRET)).connects(&token), Err(Reason::Signature("HS256").into()));
    let key = p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap();
    let signed = unsigned("ES256", "{}");
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    let token = format!("{signed}.{}", base64(signature.to_bytes()));
    assert_eq!(verifier(&curve("P-256").0).connects(&token), Err(Reason::Signature("ES256").into()));
}

#[test]
fn a_changed_claim_is_refused() {
    let token = hs256(&json!({"sub": "ann"}));
    let signature = token.rsplit_once('.').unwrap().1;
    let forged = format!("{}.{signature}", unsigned("HS256", r#"{"sub":"bob"}"#));
    assert_eq!(verifier(&secret(SECRET)).connects(&forged), Err(Reason::Signature("HS256").into()));
}

#[test]
fn an_ecdsa_key_verifies_its_own_curve_only() {
    let (p256, _) = curve("P-256");
    let token = token::connection(&curve("P-384").1, &token::ConnectionClaims::new("ann", hour())).unwrap();
    assert_eq!(verifier(&p256).connects(&token), Err(Reason::NoKey("ES384").into()));
}

#[test]
fn an_ecdsa_signature_of_another_form_is_refused() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let signed = unsigned("ES256", "{}");
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    for signature in [signature.to_der().as_bytes().to_vec(), vec![0; 64], vec![], vec![1; 63]] {
        let token = format!("{signed}.{}", base64(signature));
        assert_eq!(verifier(&curve("P-256").0).connects(&token), Err(Reason::Signature("ES256").into()));
    }
}

#[test]
fn no_algorithm_works_without_its_key() {
    let keyless = TokenOptions::default();
    for (alg, options) in [
        ("HS256", &keyless),
        ("RS256", &secret(SECRET)),
        ("ES256", &secret(SECRET)),
        ("HS256", &rsa().0),
        ("ES256", &rsa().0),
        ("RS256", &curve("P-256").0),
    ] {
        let token = format!("{}.{}", unsigned(alg, "{}"), base64([0; 32]));
        assert!(matches!(verifier(options).connects(&token), Err(TokenError::Invalid(Reason::NoKey(_)))), "{alg}");
    }
}

#[test]
fn no_public_key_serves_as_a_secret() {
    for options in [rsa().0, curve("P-256").0] {
        let public = options.rsa_public_key.as_ref().or(options.ecdsa_public_key.as_ref()).unwrap();
        let signed = unsigned("HS256", r#"{"sub":"admin"}"#);
        let token = format!("{signed}.{}", base64(mac::<Hmac<Sha256>>(public, &signed)));
        assert_eq!(verifier(&options).connects(&token), Err(Reason::NoKey("HS256").into()));
    }
}

#[test]
fn a_token_without_algorithm_is_refused() {
    let everything = TokenOptions { ecdsa_public_key: curve("P-256").0.ecdsa_public_key, ..secret(SECRET) };
    for alg in ["none", "None", "", "hs256", "PS256", "EdDSA", "ES256K"] {
        let signed = unsigned(alg, r#"{"sub":"admin"}"#);
        for signature in [String::new(), base64(mac::<Hmac<Sha256>>(SECRET, &signed))] {
            let token = format!("{signed}.{signature}");
            assert_eq!(verifier(&everything).connects(&token), Err(Reason::UnknownAlgorithm.into()), "{alg}");
        }
    }
}

#[test]
fn an_empty_secret_is_no_key() {
    let signed = unsigned("HS256", "{}");
    let token = format!("{signed}.{}", base64(mac::<Hmac<Sha256>>("", &signed)));
    let options = TokenOptions { hmac_previous_secret_key: Some(String::new()), ..secret("") };
    assert_eq!(verifier(&options).connects(&token), Err(Reason::NoKey("HS256").into()));
}

#[test]
fn the_previous_secret_is_accepted_until_it_ends() {
    let previous = |until| TokenOptions {
        hmac_previous_secret_key: Some(SECRET.to_owned()),
        hmac_previous_secret_key_valid_until: until,
        ..secret("the new one")
    };
    for until in [None, Some(0), Some(NOW), Some(NOW + 1)] {
        assert!(connect_with(&previous(until), &json!({"sub": "ann"})).is_ok(), "{until:?}");
    }
    let late = connect_with(&previous(Some(NOW - 1)), &json!({"sub": "ann"}));
    assert_eq!(late, Err(Reason::Signature("HS256").into()));
    assert!(
        connect_with(&TokenOptions { hmac_previous_secret_key: Some("old".to_owned()), ..secret(SECRET) }, &json!({}))
            .is_ok()
    );
}

#[test]
fn a_public_key_that_can_not_be_read_stops_the_start() {
    let rsa = |pem: &str| TokenOptions { rsa_public_key: Some(pem.to_owned()), ..TokenOptions::default() };
    let ecdsa = |pem: &str| TokenOptions { ecdsa_public_key: Some(pem.to_owned()), ..TokenOptions::default() };
    let of_rsa = super::tests::rsa().0.rsa_public_key.unwrap();
    let of_ecdsa = curve("P-256").0.ecdsa_public_key.unwrap();
    for (options, expected) in [
        (rsa("secret"), "`client.token.rsa_public_key` isn't PEM: "),
        (rsa(RSA_PEM), "`client.token.rsa_public_key` is a private key: "),
        (rsa("-----BEGIN CERTIFICATE-----\n"), "`client.token.rsa_public_key` is a certificate: "),
        (rsa("-----BEGIN RSA PUBLIC KEY-----\n"), "`client.token.rsa_public_key` has another form than "),
        (rsa("-----BEGIN PUBLIC KEY-----\n"), "`client.token.rsa_public_key` isn't an RSA public key of "),
        (rsa(&of_ecdsa), "`client.token.rsa_public_key` isn't an RSA public key of "),
        (ecdsa(&of_rsa), "`client.token.ecdsa_public_key` isn't an ECDSA public key of "),
    ] {
        let error = key_error(&options);
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(Verifier::new("client.token", &rsa(&format!("\n{of_rsa}\n\n"))).is_ok());
    assert!(Verifier::new("client.token", &rsa("")).is_ok());
}

#[test]
fn no_secret_is_printed() {
    let printed = format!("{:?}", verifier(&secret("very secret")));
    assert!(!printed.contains("very"), "{printed}");
}

// Format.

#[test]
fn anything_but_three_parts_of_base64_is_refused() {
    let good = hs256(&json!({"sub": "ann"}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let array_header = format!("{}.{}.{signature}", base64(r#"["HS256"]"#), base64("{}"));
    let unknown_header = format!("{}.{}.{signature}", base64(r#"{"alg":1}"#), base64("{}"));
    for token in [
        "",
        ".",
        "..",
        "garbage",
        signed,
        &format!("{good}.{signature}"),
        &format!("{good}="),
        &format!("{signed}.!"),
        &format!(" {good}"),
        &array_header,
        &unknown_header,
    ] {
        assert_eq!(verifier(&secret(SECRET)).connects(token), Err(Reason::Format.into()), "{token:?}");
    }
}

#[test]
fn a_newline_after_the_token_is_ignored() {
    for end in ["\n", "\r\n"] {
        assert!(verifier(&secret(SECRET)).connects(&format!("{}{end}", hs256(&json!({})))).is_ok());
    }
}

#[test]
fn line_breaks_and_last_bits_of_base64_are_ignored() {
    let token = hs256(&json!({"sub": "ann", "b64info": "eyJu\nIjoxfR==\r\n"}));
    let claims = verifier(&secret(SECRET)).connects(&format!("{token}\r\n\n")).unwrap();
    assert_eq!((claims.user.as_str(), claims.info.as_ref()), ("ann", b"{\"n\":1}".as_slice()));
}

#[test]
fn a_header_is_read_as_go_reads_it() {
    let token = |header: &str| {
        let signed = format!("{}.{}", base64(header), base64(r#"{"sub":"ann"}"#));
        format!("{signed}.{}", base64(mac::<Hmac<Sha256>>(SECRET, &signed)))
    };
    for header in [r#"{"ALG":"HS256"}"#, r#"{"alg":"none","alg":"HS256","kid":"k","typ":null}"#] {
        assert!(verifier(&secret(SECRET)).connects(&token(header)).is_ok(), "{header}");
    }
    for header in [r#" {"alg":"HS256"}"#, r#"{ "alg":"HS256"}"#, r#"{"alg":"HS256","kid":5}"#, r#"{"alg":"HS256"} {}"#] {
        assert_eq!(verifier(&secret(SECRET)).connects(&token(header)), Err(Reason::Format.into()), "{header}");
    }
}

#[test]
fn the_case_of_claims_does_not_matter_and_the_last_of_two_counts() {
    let claims = r#"{"Sub":"bob","SUB":"ann","Subs":{"News":{"Override":{"Presence":{"VALUE":true}}}}}"#;
    let claims = verifier(&secret(SECRET)).connects(&hs256_text(claims)).unwrap();
    assert_eq!((claims.user.as_str(), claims.subscriptions["News"].overrides.presence), ("ann", Some(true)));
    assert_eq!(verifier(&secret(SECRET)).connects(&hs256_text("null")).unwrap().user, "");
}

#[test]
fn a_channel_of_an_unknown_namespace_counts_more_than_what_else_is_wrong_with_it() {
    let claims = json!({"subs": {"nowhere:a": {"b64data": "?"}}, "b64info": "?"});
    assert_eq!(connect(&claims), Err(TokenError::UnknownChannel));
    assert_eq!(connect(&json!({"channels": ["nowhere:a"]})), Err(TokenError::UnknownChannel));
    assert_eq!(subscribe(&json!({"channel": "nowhere:a", "b64info": "?"})), Err(TokenError::UnknownChannel));
}

#[test]
fn claims_that_are_no_object_are_refused() {
    for claims in ["", "[]", r#"["ann"]"#, r#""ann""#, "{", r#"{"sub":"a"}{}"#] {
        let result = verifier(&secret(SECRET)).connects(&hs256_text(claims));
        assert!(is_malformed(&result), "{claims}: {result:?}");
    }
}

#[test]
fn claims_of_another_type_are_refused() {
    for claims in [
        json!({"sub": 42}),
        json!({"iss": 1}),
        json!({"jti": 1}),
        json!({"iat": "yesterday"}),
        json!({"aud": null}),
        json!({"aud": ["a", 1]}),
        json!({"exp": "tomorrow"}),
        json!({"exp": ""}),
        json!({"exp": true}),
        json!({"nbf": {}}),
        json!({"expire_at": 1.5}),
        json!({"expire_at": "1"}),
        json!({"channels": "a"}),
        json!({"subs": ["a"]}),
        json!({"subs": {"a": 1}}),
        json!({"subs": {"a": {"override": {"presence": true}}}}),
        json!({"b64info": 1}),
        json!({"channel": 1}),
    ] {
        let result = connect(&claims);
        assert!(is_malformed(&result), "{claims}: {result:?}");
    }
    assert!(is_malformed(&verifier(&secret(SECRET)).connects(&hs256_text(r#"{"exp":1e400}"#))));
}

#[test]
fn null_is_an_absent_claim() {
    let claims = connect(&json!({
        "sub": null, "iss": null, "jti": null, "exp": null, "nbf": null, "iat": null, "expire_at": null, "b64info": null,
        "channels": null, "subs": null, "channel": null, "unknown": [1],
    }));
    let claims = claims.unwrap();
    assert_eq!((claims.user.as_str(), claims.expire_at, claims.subscriptions.len()), ("", None, 0));
}

// Issuer, audience, user.

#[test]
fn the_audience_is_one_of_those_of_the_token() {
    let options = TokenOptions { audience: Some("app".to_owned()), ..secret(SECRET) };
    for claims in [json!({"aud": "app"}), json!({"aud": ["other", "app"]})] {
        assert!(connect_with(&options, &claims).is_ok(), "{claims}");
    }
    for claims in [json!({}), json!({"aud": "apps"}), json!({"aud": ["other"]}), json!({"aud": []})] {
        assert_eq!(connect_with(&options, &claims), Err(Reason::Audience.into()), "{claims}");
    }
}

#[test]
fn the_issuer_is_compared_as_a_whole() {
    let options = TokenOptions { issuer: Some("us".to_owned()), ..secret(SECRET) };
    assert!(connect_with(&options, &json!({"iss": "us"})).is_ok());
    for claims in [json!({}), json!({"iss": "us2"}), json!({"iss": "U"})] {
        assert_eq!(connect_with(&options, &claims), Err(Reason::Issuer.into()), "{claims}");
    }
}

#[test]
fn a_regex_matches_anywhere_in_issuer_and_audience() {
    let regex = |text| Some(regex::Regex::new(text).unwrap());
    let options = TokenOptions { audience_regex: regex("app"), issuer_regex: regex("^us-[0-9]$"), ..secret(SECRET) };
    assert!(connect_with(&options, &json!({"iss": "us-1", "aud": ["x", "my apps"]})).is_ok());
    assert_eq!(connect_with(&options, &json!({"iss": "us-1", "aud": "x"})), Err(Reason::Audience.into()));
    assert_eq!(connect_with(&options, &json!({"iss": "us-10", "aud": "app"})), Err(Reason::Issuer.into()));
    let anything = TokenOptions { issuer_regex: regex(".*"), ..secret(SECRET) };
    assert!(connect_with(&anything, &json!({})).is_ok());
}

#[test]
fn a_token_without_sub_is_anonymous() {
    assert_eq!(connect(&json!({})).unwrap().user, "");
}

#[test]
fn another_claim_can_name_the_user() {
    let options = TokenOptions { user_id_claim: Some("user_id".to_owned()), ..secret(SECRET) };
    for (claims, user) in [
        (r#"{"user_id":"ann","sub":"bob"}"#, "ann"),
        (r#"{"user_id":42}"#, "42"),
        (r#"{"user_id":-7}"#, "-7"),
        (r#"{"user_id":1.50}"#, "1.5"),
        (r#"{"user_id":1e3}"#, "1000"),
        (r#"{"user_id":12345678901234567890123}"#, "12345678901234567890123"),
        (r#"{"user_id":{"b" : 1}}"#, r#"{"b" : 1}"#),
        (r#"{"user_id":"first","user_id":"second","USER_ID":"third"}"#, "first"),
        (r#"{"user_id":true}"#, "true"),
        (r#"{"user_id":null}"#, ""),
        (r#"{"sub":"bob"}"#, ""),
    ] {
        assert_eq!(verifier(&options).connects(&hs256_text(claims)).unwrap().user, user, "{claims}");
    }
    assert!(is_malformed(&connect_with(&options, &json!({"user_id": "ann", "sub": 1}))));
}

// Time.

#[test]
fn a_token_is_valid_before_exp_and_after_nbf() {
    for claims in [
        json!({"exp": NOW + 1}),
        json!({"exp": NOW as f64 + 0.5}),
        json!({"exp": (NOW + 1).to_string()}),
        json!({"exp": 1.8e9 + 1.0}),
        json!({"nbf": NOW - 1}),
        json!({"nbf": NOW as f64 - 0.5}),
        json!({"iat": NOW + 1000}),
    ] {
        assert!(connect(&claims).is_ok(), "{claims}");
        assert!(subscribe(&with(&claims, "channel", "news")).is_ok(), "{claims}");
    }
    for claims in [
        json!({"exp": NOW}),
        json!({"exp": NOW - 1}),
        json!({"exp": 0}),
        json!({"exp": -1}),
        json!({"exp": (NOW - 1).to_string()}),
        json!({"nbf": NOW}),
        json!({"nbf": NOW + 1}),
        json!({"nbf": NOW + 1, "exp": NOW + 2}),
    ] {
        assert_eq!(connect(&claims), Err(TokenError::Expired), "{claims}");
        assert_eq!(subscribe(&with(&claims, "channel", "news")), Err(TokenError::Expired), "{claims}");
    }
}

fn with(claims: &Value, name: &str, value: &str) -> Value {
    let mut claims = claims.clone();
    claims[name] = value.into();
    claims
}

#[test]
fn a_wrong_signature_counts_more_than_an_expired_token() {
    let expired = json!({"exp": NOW - 1});
    assert_eq!(connect_with(&secret("another"), &expired), Err(Reason::Signature("HS256").into()));
    assert_eq!(connect(&with(&expired, "channel", "news")), Err(Reason::Channel.into()));
    assert_eq!(subscribe(&expired), Err(TokenError::Expired));
}

#[test]
fn the_connection_expires_with_the_token() {
    assert_eq!(connect(&json!({"exp": NOW + 10})).unwrap().expire_at, Some(NOW as i64 + 10));
    assert_eq!(connect(&json!({"exp": NOW as f64 + 10.9})).unwrap().expire_at, Some(NOW as i64 + 10));
    assert_eq!(connect(&json!({})).unwrap().expire_at, None);
}

#[test]
fn a_date_beyond_go_s_times_is_one_of_a_distant_past() {
    assert_eq!(
        connect(&json!({"exp": i64::MAX - 62_135_596_800 - 1024})).unwrap().expire_at.map(|at| at > 1 << 62),
        Some(true)
    );
    for exp in [json!(i64::MAX - 62_135_596_800 + 1024), json!(i64::MAX), json!(1e30)] {
        assert_eq!(connect(&json!({"exp": exp})), Err(TokenError::Expired), "{exp}");
        assert!(connect(&json!({"nbf": exp})).is_ok(), "{exp}");
    }
}

#[test]
fn expire_at_takes_precedence_over_exp() {
    for (expire_at, expected) in [(0, None), (-5, None), (1, Some(1)), (NOW as i64 + 99, Some(NOW as i64 + 99))] {
        let claims = json!({"exp": NOW + 10, "expire_at": expire_at, "channel": "news"});
        assert_eq!(subscribe(&claims).unwrap().expire_at, expected);
    }
    assert_eq!(connect(&json!({"exp": NOW - 10, "expire_at": NOW + 10})), Err(TokenError::Expired));
    assert_eq!(connect(&json!({"expire_at": i64::MAX})).unwrap().expire_at, Some(i64::MAX));
    assert_eq!(connect(&json!({"expire_at": NOW + 10})).unwrap().expire_at, Some(NOW as i64 + 10));
}

// Payloads and subscriptions.

#[test]
fn info_and_meta_keep_their_bytes() {
    let claims = hs256_text(r#"{"info": {"a" : 1.0},"meta":[ 1e2 ]}"#);
    let claims = verifier(&secret(SECRET)).connects(&claims).unwrap();
    assert_eq!((claims.info, claims.meta), (Bytes::from(r#"{"a" : 1.0}"#), Some(Bytes::from("[ 1e2 ]"))));
    let claims = connect(&json!({})).unwrap();
    assert_eq!((claims.info, claims.meta), (Bytes::new(), None));
    assert_eq!(connect(&json!({"info": null})).unwrap().info, "null");
}

#[test]
fn base64_info_wins_over_info() {
    assert_eq!(connect(&json!({"info": 1, "b64info": "/+8="})).unwrap().info.as_ref(), [0xff, 0xef]);
    assert_eq!(connect(&json!({"info": 1, "b64info": ""})).unwrap().info, "1");
    for bad in ["_-8=", "/+8", "?"] {
        assert!(matches!(connect(&json!({"b64info": bad})), Err(TokenError::Unusable(_))), "{bad}");
        assert!(is_malformed(&connect(&json!({"subs": {"a": {"b64data": bad}}}))), "{bad}");
        assert!(is_malformed(&subscribe(&json!({"channel": "a", "b64data": bad}))), "{bad}");
    }
}

#[test]
fn channels_are_subscribed_without_options() {
    let claims = connect(&json!({"channels": ["a", "b", "a"]})).unwrap();
    let names: Vec<_> = claims.subscriptions.keys().collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(claims.subscriptions["a"], super::SubscribeOptions::default());
}

#[test]
fn the_claim_subs_takes_precedence_over_channels() {
    let claims = connect(&json!({"channels": ["a"], "subs": {"b": {}}})).unwrap();
    assert_eq!(claims.subscriptions.keys().collect::<Vec<_>>(), ["b"]);
    let claims = connect(&json!({"channels": ["a"], "subs": {}})).unwrap();
    assert_eq!(claims.subscriptions.keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn server_side_subscriptions_of_a_token_have_options() {
    let options = token::SubscribeOptions::new()
        .info(cent::json(&json!({"i": 1})).unwrap())
        .data(cent::json(&json!({"d": 2})).unwrap())
        .r#override(cent::SubscribeOptionOverride::new().presence(true).force_recovery(false));
    let claims = token::ConnectionClaims::new("ann", hour()).subs([("news", options)]);
    let token = token::connection(&Key::hmac(SECRET).unwrap(), &claims).unwrap();
    let claims = verifier(&secret(SECRET)).connects(&token).unwrap();
    let news = &claims.subscriptions["news"];
    assert_eq!((news.info.as_ref(), news.data.as_ref()), (br#"{"i":1}"#.as_slice(), br#"{"d":2}"#.as_slice()));
    assert_eq!(news.overrides, Overrides { presence: Some(true), force_recovery: Some(false), ..Overrides::default() });
}

#[test]
fn overrides_distinguish_off_from_absent() {
    let overrides = json!({
        "presence": {"value": true}, "join_leave": {"value": false}, "force_push_join_leave": {}, "force_positioning": null,
    });
    let expected = Overrides {
        presence: Some(true),
        join_leave: Some(false),
        force_push_join_leave: Some(false),
        force_positioning: None,
        force_recovery: None,
    };
    let claims = subscribe(&json!({"channel": "a", "override": overrides})).unwrap();
    assert_eq!(claims.options.overrides, expected);
    let claims = connect(&json!({"subs": {"a": {"override": overrides}, "b": {"override": null}, "c": null}})).unwrap();
    assert_eq!(claims.subscriptions["a"].overrides, expected);
    assert_eq!((claims.subscriptions["b"].overrides, claims.subscriptions.len()), (Overrides::default(), 3));
}

#[test]
fn a_connection_token_has_no_channel() {
    assert_eq!(connect(&json!({"sub": "ann", "channel": "news"})), Err(Reason::Channel.into()));
    assert!(connect(&json!({"sub": "ann", "channel": ""})).is_ok());
}

#[test]
fn a_subscription_token_needs_a_channel() {
    for claims in [json!({"sub": "ann"}), json!({"sub": "ann", "channel": ""})] {
        assert_eq!(subscribe(&claims), Err(Reason::NoChannel.into()));
    }
}

#[test]
fn a_subscription_token_of_the_server_sdk_is_read() {
    let claims = token::SubscriptionClaims::new("ann", "news", hour())
        .info(cent::json(&json!({"i": 1})).unwrap())
        .data(cent::json(&json!([2])).unwrap())
        .r#override(cent::SubscribeOptionOverride::new().join_leave(true));
    let token = token::subscription(&Key::hmac(SECRET).unwrap(), &claims).unwrap();
    let claims = verifier(&secret(SECRET)).subscribes(&token).unwrap();
    assert_eq!((claims.user.as_str(), claims.channel.as_str(), claims.client.as_str()), ("ann", "news", ""));
    assert_eq!((claims.options.info.as_ref(), claims.options.data.as_ref()), (br#"{"i":1}"#.as_slice(), b"[2]".as_slice()));
    assert_eq!(claims.options.overrides.join_leave, Some(true));
    assert!(claims.expire_at.is_some());
    assert_eq!(subscribe(&json!({"channel": "a", "client": "x", "b64data": "AA=="})).unwrap().options.data.as_ref(), [0]);
}
