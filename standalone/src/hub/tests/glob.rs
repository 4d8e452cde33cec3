use super::super::glob::compile;

fn matches(pattern: &str, channel: &str) -> bool {
    compile(pattern).unwrap().is_match(channel)
}

#[test]
fn a_pattern_matches_the_whole_name() {
    assert!(matches("news", "news") && !matches("news", "news2") && !matches("ews", "news"));
    assert!(matches("chat:*", "chat:a/b.c\n") && !matches("chat:*", "chat"));
    assert!(matches("n?ws", "news") && !matches("n?ws", "nws"));
    assert!(matches("[a-c]*", "b1") && !matches("[a-c]*", "d1") && matches("[!a-c]", "d") && !matches("[!a-c]", "a"));
    assert!(matches("{news,chat:{a,b}}", "chat:b") && !matches("{news,chat:{a,b}}", "chat:c"));
}

#[test]
fn other_characters_stand_for_themselves() {
    assert!(matches("a.b+(c)|^$", "a.b+(c)|^$") && !matches("a.b", "axb"));
    assert!(matches(r"\*\{a,b}", "*{a,b}") && !matches(r"\*", "x"));
    assert!(matches("[.^]", "^") && matches("a,b", "a,b") && matches("}", "}"));
    assert!(matches("a\\", "a") && matches("[ab-d]", "-") && !matches("[ab-d]", "c") && matches(r"[\-a]", "^"));
    assert!(matches("[!!]", "a") && !matches("[!!]", "!") && matches("[[&]", "&") && matches(r"[a\]]", "]"));
}

#[test]
fn an_incomplete_pattern_is_refused() {
    for pattern in ["[a", "[", "{a", "[]", "[!]", "[z-a]", "[a-", "[a-]", "[a-cx]"] {
        assert!(compile(pattern).is_none(), "{pattern}");
    }
}
