//! The key of the server API, and the check whether a request has it.

use std::collections::HashMap;

use axum::extract::Query;
use http::HeaderMap;
use http::Uri;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq as _;

use crate::config::options::ApiOptions;

/// Whether a request has the key: in `X-API-Key`, or in `Authorization: apikey <key>`, or in the query's `api_key`, which
/// counts also where a header is wrong.
pub(crate) fn is_authorized(options: &ApiOptions, headers: &HeaderMap, uri: &Uri) -> bool {
    if options.insecure {
        return true;
    }
    let Some(key) = options.key.as_deref().filter(|key| !key.is_empty()) else {
        return false;
    };
    let is_key = |found: &[u8]| bool::from(found.ct_eq(key.as_bytes()));
    header_key(headers).is_some_and(is_key) || query_key(uri).is_some_and(|found| is_key(found.as_bytes()))
}

fn header_key(headers: &HeaderMap) -> Option<&[u8]> {
    match headers.get("x-api-key") {
        Some(key) if !key.is_empty() => Some(key.as_bytes()),
        _ => authorization_key(headers),
    }
}

fn authorization_key(headers: &HeaderMap) -> Option<&[u8]> {
    let words = headers.get(AUTHORIZATION)?.as_bytes().split(u8::is_ascii_whitespace);
    let mut words = words.filter(|word| !word.is_empty());
    let scheme = words.next()?;
    let key = words.next()?;
    (scheme.eq_ignore_ascii_case(b"apikey") && words.next().is_none()).then_some(key)
}

fn query_key(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let pairs: HashMap<_, _> = pairs.into_iter().rev().collect();
    pairs.get("api_key").cloned()
}
