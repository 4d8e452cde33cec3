//! `client`.

use std::time::Duration;

use super::proxies::{Proxies, header_name};
use crate::config::go_regex;
use crate::config::options::{ChannelOptions, ClientOptions, PersonalChannel, TokenOptions};
use crate::config::source::Source;

pub(super) fn options<'a>(client: &Source<'a>, channel: &ChannelOptions, proxies: &Proxies<'a>) -> ClientOptions {
    let (ping_interval, pong_timeout) = pings(client);
    let proxy = client.object("proxy");
    let subscription_token = client.object("subscription_token");
    let has_own_token = subscription_token.flag("enabled");
    let own_token = token(&subscription_token, has_own_token);
    ClientOptions {
        allowed_origins: allowed_origins(client),
        insecure: client.flag("insecure"),
        allow_anonymous_connect_without_token: client.flag("allow_anonymous_connect_without_token"),
        disallow_anonymous_connection_tokens: client.flag("disallow_anonymous_connection_tokens"),
        channel_limit: client.limit("channel_limit"),
        queue_max_size: client.limit("queue_max_size"),
        connection_limit: client.limit_if_any("connection_limit"),
        connection_rate_limit: client.limit_if_any("connection_rate_limit"),
        user_connection_limit: client.limit_if_any("user_connection_limit"),
        concurrency: client.limit_if_any("concurrency").unwrap_or(1),
        history_max_publication_limit: client.limit("history_max_publication_limit"),
        recovery_max_publication_limit: client.limit("recovery_max_publication_limit"),
        connect_include_server_time: client.flag("connect_include_server_time"),
        user_id_http_header: user_id_header(client),
        ping_interval,
        pong_timeout,
        stale_close_delay: client.time("stale_close_delay"),
        presence_update_interval: client.time("presence_update_interval"),
        channel_position_check_delay: client.time_if_any("channel_position_check_delay"),
        expired_close_delay: client.time("expired_close_delay"),
        expired_sub_close_delay: client.time("expired_sub_close_delay"),
        personal_channel: personal_channel(&client.object("subscribe_to_user_personal_channel"), channel),
        token: token(&client.object("token"), true),
        subscription_token: has_own_token.then_some(own_token),
        connect: proxies.switched(proxy.object("connect")),
        refresh: proxies.switched(proxy.object("refresh")),
    }
}

fn allowed_origins(client: &Source<'_>) -> Vec<String> {
    let patterns = client.texts("allowed_origins");
    for pattern in patterns.iter().filter(|pattern| pattern.contains(['?', '[', ']', '{', '}', '\\'])) {
        let wrong = format!("has `{}`", pattern.escape_debug());
        client.fault("allowed_origins", wrong, "write origins such as `https://*.example.org`, with `*` alone");
    }
    for pattern in patterns.iter().filter(|pattern| pattern.chars().any(char::is_uppercase)) {
        let wrong = format!("has `{}`, which no origin matches", pattern.escape_debug());
        client.fault("allowed_origins", wrong, "write it in lower case");
    }
    patterns
}

fn user_id_header(client: &Source<'_>) -> Option<http::HeaderName> {
    const KEY: &str = "user_id_http_header";
    header_name(client, KEY, &client.text_if_any(KEY)?)
}

fn pings(client: &Source<'_>) -> (Option<Duration>, Option<Duration>) {
    // Also below zero, where `-1s` is longer than `-2s`.
    if client.signed_time("ping_interval") <= client.signed_time("pong_timeout") {
        let instead = "make it longer than `pong_timeout`; without pings, write `\"-1s\"` here and `\"-2s\"` there";
        client.fault("ping_interval", "isn't longer than `pong_timeout`", instead);
    }
    (client.time_if_any("ping_interval"), client.time_if_any("pong_timeout"))
}

fn personal_channel(source: &Source<'_>, channel: &ChannelOptions) -> Option<PersonalChannel> {
    let namespace = source.text("personal_channel_namespace");
    let personal = PersonalChannel { single_connection: source.flag("single_connection"), namespace };
    let is_enabled = source.flag("enabled");
    let without = (!is_enabled || personal.namespace.is_empty()).then_some(&channel.without_namespace);
    let named = channel.namespaces.get(&personal.namespace);
    if without.or(named).is_none() {
        let wrong = format!("is `{}`, which isn't among `channel.namespaces`", personal.namespace.escape_debug());
        source.fault("personal_channel_namespace", wrong, "add it there");
    }
    // Centrifugo checks that also while personal channels are off, and those without a namespace are the default then.
    if personal.single_connection && [without, named].into_iter().flatten().any(|options| !options.presence) {
        let instead = "add `presence` to the namespace of personal channels";
        let instead = if is_enabled { instead } else { "leave it out while `enabled` is off" };
        source.fault("single_connection", "has no presence", instead);
    }
    is_enabled.then_some(personal)
}

/// Reads how tokens are verified. Centrifugo leaves most of it unchecked while it is not `in_use`.
fn token(source: &Source<'_>, in_use: bool) -> TokenOptions {
    let regex = |key| go_regex::read(source, key, &source.text_if_any(key).filter(|_| in_use)?);
    let token = TokenOptions {
        hmac_secret_key: source.text_if_any("hmac_secret_key"),
        hmac_previous_secret_key: source.text_if_any("hmac_previous_secret_key"),
        hmac_previous_secret_key_valid_until: source.limit_if_any("hmac_previous_secret_key_valid_until"),
        rsa_public_key: source.text_if_any("rsa_public_key"),
        ecdsa_public_key: source.text_if_any("ecdsa_public_key"),
        audience: source.text_if_any("audience"),
        audience_regex: regex("audience_regex"),
        issuer: source.text_if_any("issuer"),
        issuer_regex: regex("issuer_regex"),
        user_id_claim: user_id_claim(source),
    };
    for (key, regex) in [("audience", "audience_regex"), ("issuer", "issuer_regex")] {
        if in_use && source.text_if_any(key).is_some() && source.text_if_any(regex).is_some() {
            source.fault(regex, format!("excludes `{key}`"), "remove one of both");
        }
    }
    token
}

fn user_id_claim(source: &Source<'_>) -> Option<String> {
    let claim = source.text_if_any("user_id_claim")?;
    if !claim.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
        source.fault("user_id_claim", format!("is `{}`", claim.escape_debug()), "write letters of ASCII and `_`");
    }
    Some(claim)
}
