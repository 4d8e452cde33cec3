//! What names of channels and methods mean.

use serde_json::{Value, json};

use super::{faults, parsed};
use crate::config::names::RpcTarget;
use crate::config::options::{ChannelOptions, RpcOptions};

fn channels(options: Value) -> ChannelOptions {
    parsed(json!({"channel": options})).channel
}

/// The name of the channel's namespace.
fn namespace<'o>(options: &'o ChannelOptions, channel: &str) -> Option<&'o str> {
    options.namespace_of(channel).map(|namespace| namespace.name.as_str())
}

fn is_valid(options: &ChannelOptions, channel: &str) -> bool {
    let namespace = options.namespace_of(channel).expect("a namespace");
    options.check_name(namespace, channel)
}

fn users<'c>(options: &'c ChannelOptions, channel: &'c str) -> Option<Vec<&'c str>> {
    let namespace = options.namespace_of(channel).expect("a namespace");
    Some(options.limited_users(namespace, channel)?.collect())
}

#[test]
fn the_text_before_the_first_boundary_is_the_namespace() {
    let options = channels(json!({"namespaces": [{"name": "chat"}]}));
    for (channel, expected) in [
        ("chat:1", Some("chat")),
        ("chat:1:2", Some("chat")),
        ("chat:", Some("chat")),
        ("$chat:1", Some("chat")),
        ("$$chat:1", None),
        ("chat", Some("")),
        (":chat", Some("")),
        ("$:chat", Some("")),
        ("$chat", Some("")),
        ("Chat:1", None),
        ("other:1", None),
    ] {
        assert_eq!(namespace(&options, channel), expected, "{channel}");
    }
}

#[test]
fn symbols_may_have_several_characters_and_are_the_default_when_empty() {
    let options = channels(json!({
        "namespace_boundary": "::", "private_prefix": "priv-", "user_boundary": "@@", "user_separator": "",
        "namespaces": [{"name": "chat", "allow_user_limited_channels": true}],
    }));
    assert_eq!(namespace(&options, "priv-chat::1"), Some("chat"));
    assert_eq!(namespace(&options, "chat:1"), Some(""));
    assert!(options.is_private("priv-x") && !options.is_private("$x"));
    assert_eq!(users(&options, "chat::a@@b@@1,2"), Some(vec!["1", "2"]));
}

#[test]
fn a_channel_is_ascii() {
    let options = channels(json!({"max_length": 10}));
    assert!(is_valid(&options, "a\n\0\u{7f} /*&") && is_valid(&options, "0123456789"));
    assert!(!is_valid(&options, "ü"));
    let longest = [json!({}), json!({"max_length": 10}), json!({"max_length": -1})].map(|json| channels(json).max_length);
    assert_eq!(longest, [255, 10, usize::MAX]);
}

#[test]
fn a_regular_expression_replaces_the_check_for_ascii_and_tests_the_part_after_the_boundary() {
    let options = channels(json!({
        "without_namespace": {"channel_regex": "^\\$?[a-z]+$"},
        "namespaces": [{"name": "chat", "channel_regex": "^ü:[0-9]$"}, {"name": "loose", "channel_regex": "b"}],
    }));
    assert!(is_valid(&options, "chat:ü:1") && is_valid(&options, "$chat:ü:1") && !is_valid(&options, "chat:1"));
    // Without a boundary the private prefix is tested, too.
    assert!(is_valid(&options, "abc") && is_valid(&options, "$abc") && !is_valid(&options, "a1"));
    assert!(is_valid(&options, "loose:abc"));
}

#[test]
fn regular_expressions_match_as_in_go() {
    for (regex, channel, expected) in [
        (r"^\d+$", "12", true),
        (r"^\d+$", "١٢", false),
        (r"^\w$", "ü", false),
        (r"^\W$", "ü", true),
        (r"^[\w-]+$", "a-b", true),
        (r"^[\d-x]+$", "1-x", true),
        (r"^[a&&b]+$", "a&b", true),
        (r"^[[]$", "[", true),
        (r"^[]a]+$", "]a", true),
        (r"^[^]a]+$", "]", false),
        (r"^[[:alpha:]]+$", "ab", true),
        (r"^a\.b$", "a.b", true),
        (r"^\Qa.b\E$", "a.b", true),
        (r"^\Qa.b\Ec$", "a.bc", true),
        (r"^\Qa.b\E$", "axb", false),
        (r"\bü\b", "ü", false),
        (r"^(?P<name>a)(?i)B$", "ab", true),
        (r"^\pL+$", "üa", true),
        (r"^[\pL]+$", "üa", true),
        (r"^\x{fc}$", "ü", true),
        (r"^{[a-z]+}$", "{ab}", true),
        (r"^a{b$", "a{b", true),
        (r"^a{,2}$", "a{,2}", true),
        (r"^a{2}$", "aa", true),
        (r"^\<a\>$", "<a>", true),
        (r"\<a\>", "a", false),
        (r"^[+--]$", ",", true),
        (r"^[a-c--]$", "b", true),
        (r"^[a~~b]$", "~", true),
        (r"^[[:]$", "[", true),
        (r"^\101\x42\Q?\E+$", "AB??", true),
        (r"^(?i-s:k)$", "\u{212a}", true),
        (r"^\p{^Greek}\P{L}$", "a1", true),
    ] {
        let options = channels(json!({"without_namespace": {"channel_regex": regex}}));
        assert_eq!(is_valid(&options, channel), expected, "{regex} {channel}");
    }
}

#[test]
fn regular_expressions_that_go_refuses_are_refused() {
    for regex in [
        "a**",
        "a{2}{3}",
        "*",
        "(|*)",
        "a{1001}",
        "a{2,1}",
        "(a{40}){30}",
        "(?x)a",
        "(?-)",
        "(?=a)",
        "(?P=a)",
        "(?P<a b>c)",
        "(?P<a>b)(?P<a>c)",
        "(",
        ")",
        "[",
        "[]",
        "[z-a]",
        r"[a-\d]",
        "[[:foo:]]",
        r"\",
        r"\1",
        r"\8",
        r"\Z",
        r"\x4",
        r"\x{}",
        r"\C",
        r"\E",
        r"\p{Alphabetic}",
        r"\p{sc=Greek}",
        r"\pX",
        r"\ü",
    ] {
        let found = faults(&json!({"channel": {"without_namespace": {"channel_regex": regex}}}));
        assert_eq!(found.len(), 1, "{regex}: {found:?}");
        assert!(found[0].starts_with("`channel.without_namespace.channel_regex` is no regular"), "{regex}: {found:?}");
    }
}

#[test]
fn a_channel_is_limited_to_the_users_after_its_last_boundary_where_that_is_on() {
    let options = channels(json!({"namespaces": [{"name": "dm", "allow_user_limited_channels": true}, {"name": "off"}]}));
    assert_eq!(users(&options, "dm:a#1,2"), Some(vec!["1", "2"]));
    assert_eq!(users(&options, "dm:a#b#3"), Some(vec!["3"]));
    assert_eq!(users(&options, "dm:a#"), Some(vec![""]));
    assert_eq!(users(&options, "dm:a"), None);
    assert_eq!(users(&options, "off:a#1"), None);
}

#[test]
fn a_private_channel_starts_with_the_prefix() {
    let options = channels(json!({}));
    assert!(options.is_private("$a") && options.is_private("$chat:1") && !options.is_private("a$"));
}

/// What happens to the method, in a word.
fn target(options: &RpcOptions, method: &str) -> &'static str {
    match options.find(method) {
        RpcTarget::Ping => "ping",
        RpcTarget::App(_) => "app",
        RpcTarget::Unknown => "unknown",
        RpcTarget::Off => "off",
    }
}

fn rpc(mut options: Value) -> RpcOptions {
    options["proxy"] = json!({"endpoint": "grpc://127.0.0.1:10001"});
    parsed(json!({"rpc": options})).rpc
}

#[test]
fn a_method_is_looked_up_by_its_namespace() {
    let options = rpc(json!({
        "without_namespace": {"proxy_enabled": true},
        "namespaces": [{"name": "get", "proxy_enabled": true}, {"name": "post"}],
    }));
    for (method, expected) in [
        ("", "app"),
        ("anything", "app"),
        (":x", "app"),
        ("get:users", "app"),
        ("get:a:b", "app"),
        ("post:users", "off"),
        ("put:users", "unknown"),
        ("GET:users", "unknown"),
        ("ping", "app"),
    ] {
        assert_eq!(target(&options, method), expected, "{method}");
    }
    let other = rpc(json!({"namespace_boundary": "::", "without_namespace": {"proxy_enabled": true}}));
    assert_eq!((target(&other, "put:x"), target(&other, "put::x")), ("app", "unknown"));
}

#[test]
fn without_any_proxy_rpcs_are_off_and_only_a_ping_gets_a_reply() {
    let off = rpc(json!({"namespaces": [{"name": "get"}]}));
    for method in ["", "ping", "get:x", "put:x"] {
        assert_eq!(target(&off, method), "off", "{method}");
    }
    let ping = rpc(json!({"ping": {"enabled": true, "method": "alive"}}));
    assert_eq!((target(&ping, "alive"), target(&ping, "ping"), target(&ping, "put:x")), ("ping", "unknown", "unknown"));
    let both = rpc(json!({"ping": {"enabled": true}, "without_namespace": {"proxy_enabled": true}}));
    assert_eq!((target(&both, "ping"), target(&both, "x")), ("ping", "app"));
}
