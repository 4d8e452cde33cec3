//! The tree finds the patterns that a comparison with each pattern would find, the most specific one first.

use centrifugo_pattern::{Match, Namespace, Pattern, Router, Segment};
use proptest::prelude::*;

fn router(patterns: &[&str]) -> Router<usize> {
    let mut router = Router::default();
    for (at, pattern) in patterns.iter().enumerate() {
        let pattern = Pattern::parse(pattern).expect("a pattern");
        router.insert(&pattern, false, at).expect("a free shape");
    }
    router
}

/// All that match, the most specific one first.
fn all<'r, 'n, R>(router: &'r Router<usize>, name: &'n str, read: impl Fn(Match<'r, 'n, usize>) -> R) -> Vec<R> {
    let mut all = Vec::new();
    router.find_map(name, |found| {
        all.push(read(found));
        None::<()>
    });
    all
}

fn found<'p>(patterns: &[&'p str], name: &str) -> Vec<(&'p str, Vec<String>)> {
    let router = router(patterns);
    all(&router, name, |m| (patterns[*m.value], m.values().map(str::to_owned).collect()))
}

fn names(patterns: &[&'static str], name: &str) -> Vec<&'static str> {
    found(patterns, name).into_iter().map(|(pattern, _)| pattern).collect()
}

#[test]
fn the_most_specific_pattern_comes_first_whatever_the_order() {
    let patterns = ["<all..>", "user.<id>", "user.<path..>", "user.me", "<kind>.me", "<kind>.<id>"];
    let order = ["user.me", "user.<id>", "user.<path..>", "<kind>.me", "<kind>.<id>", "<all..>"];
    assert_eq!(names(&patterns, "user.me"), order);
    let reversed: Vec<_> = patterns.into_iter().rev().collect();
    assert_eq!(names(&reversed, "user.me"), order);
}

#[test]
fn the_search_ends_when_a_match_is_accepted() {
    let router = router(&["user.me", "user.<id>", "<all..>"]);
    let mut seen = Vec::new();
    let accepted = router.find_map("user.me", |found| {
        seen.push(*found.value);
        found.values().next().map(str::to_owned)
    });
    assert_eq!((accepted.as_deref(), seen.as_slice()), (Some("me"), &[0, 1][..]));
}

#[test]
fn a_lookup_does_not_allocate() {
    let router = router(&["user.me", "user.<id>", "order.<id>[.items.<item>]", "get:<path..>", "<all..>"]);
    let mut read = 0;
    for name in ["user.me", "user.7", "order.7.items.8", "order.7.parts", "get:users/1", "nothing of that", ""] {
        let counted = allocation_counter::measure(|| {
            let found = router.find_map(name, |found| {
                read += found.values().map(str::len).sum::<usize>();
                None::<()>
            });
            assert!(found.is_none());
        });
        assert_eq!(counted.count_total, 0, "{name}");
    }
    assert!(read > 0);
}

#[test]
fn a_name_made_to_be_slow_sees_each_pattern_once() {
    // Every literal has a placeholder beside it, so that at each place there are two ways to go on.
    let ways = |at: usize| (0..8).map(move |bit| if at >> bit & 1 == 0 { "a".to_owned() } else { format!("<p{bit}>") });
    let patterns: Vec<String> = (0..256).map(|at| ways(at).collect::<Vec<_>>().join(".")).collect();
    let router = router(&patterns.iter().map(String::as_str).collect::<Vec<_>>());
    let mut matches = all(&router, "a.a.a.a.a.a.a.a", |found| *found.value);
    matches.sort_unstable();
    assert_eq!(matches, (0..256).collect::<Vec<_>>());
}

#[test]
fn values_come_in_the_pattern_s_order() {
    assert_eq!(
        found(&["order.<id>[.items.<item>]"], "order.7.items.x-1"),
        [("order.<id>[.items.<item>]", vec!["7".into(), "x-1".into()])]
    );
    assert_eq!(found(&["order.<id>[.items.<item>]"], "order.7")[0].1, ["7"]);
    assert_eq!(found(&["a.<_>.<b>.<_..>"], "a.1.2.3.4")[0].1, ["2"]);
    assert_eq!(found(&["get:<path..>"], "get:users/1?x=2")[0].1, ["users/1?x=2"]);
}

#[test]
fn a_value_is_visible_and_never_empty() {
    for name in
        ["user.", "user.a b", "user.a\n", "user.\0", "user.ä", "user.a.b", "user.a/b", "user.a:b", "user.a#b", "user.a,b"]
    {
        assert!(names(&["user.<id>"], name).is_empty(), "{name:?}");
    }
    for name in ["a:", "a:x y", "a:ä", "a:x\n"] {
        assert!(names(&["a:<rest..>"], name).is_empty(), "{name:?}");
    }
}

#[test]
fn case_is_folded_on_demand_and_the_exact_pattern_takes_precedence() {
    const FOLDED: usize = 0;
    const EXACT: usize = 1;
    let mut router = Router::default();
    router.insert(&Pattern::parse("User.<id>").unwrap(), true, FOLDED).unwrap();
    router.insert(&Pattern::parse("user.<id>").unwrap(), false, EXACT).unwrap();
    let found = |name| all(&router, name, |m| (*m.value, m.values().next().unwrap()));
    assert_eq!(found("user.Ann"), [(EXACT, "Ann"), (FOLDED, "Ann")]);
    assert_eq!(found("USER.Ann"), [(FOLDED, "Ann")]);
}

#[test]
fn two_patterns_of_one_shape_conflict() {
    let mut router = router(&["order.<id>[.items.<item>]", "a.b"]);
    let second = Pattern::parse("order.<a>.items.<b>").unwrap();
    let conflict = router.insert(&second, false, 9).unwrap_err();
    assert_eq!((conflict.existing, conflict.shape.as_str()), (&0, "order.<>.items.<>"));
    assert!(router.insert(&Pattern::parse("a.b").unwrap(), true, 9).is_ok());
    assert!(router.insert(&Pattern::parse("A.B").unwrap(), true, 9).is_err());
}

#[test]
fn a_pattern_without_text_has_no_case() {
    let mut router = router(&["<id>[.more]"]);
    let folded = Pattern::parse("<name>").unwrap();
    assert_eq!(router.insert(&folded, true, 9).unwrap_err().shape, "<>");
}

#[test]
fn text_is_not_mistaken_for_a_part_of_a_shape() {
    let mut router = router(&["a in any case"]);
    assert!(router.insert(&Pattern::parse("a").unwrap(), true, 9).is_ok());
}

#[test]
fn texts_that_share_a_start_are_told_apart() {
    let patterns = ["abc", "abd", "ab", "abcde", "x", "ab.<v>", "abc.<v>"];
    for pattern in ["abc", "abd", "ab", "abcde", "x"] {
        assert_eq!(names(&patterns, pattern), [pattern]);
    }
    assert_eq!(names(&patterns, "ab.abc"), ["ab.<v>"]);
    assert!(names(&patterns, "abcd").is_empty());
}

#[test]
fn no_name_makes_it_panic_or_hang() {
    let patterns = ["<a>.<b>.<c>.<d>.<e>", "a.<b>.<c>.<d>.<e>", "<a>.a.<c>.<d>.<e>", "<a>.a.<c>.a.<rest..>", ""];
    for name in ["", "\0", "ä", &"a.".repeat(5_000), &"a".repeat(10_000), "a.a.a.a.a", "\u{10FFFF}."] {
        names(&patterns, name);
    }
}

#[test]
fn a_namespace_is_what_stands_before_the_first_colon() {
    for (pattern, namespace) in [
        ("chat:<room>", Namespace::Literal("chat")),
        ("$chat:<room>", Namespace::Literal("chat")),
        ("news", Namespace::None),
        ("user.<id>", Namespace::None),
        ("<ns>:<id>", Namespace::Open),
        ("chat<ns..>", Namespace::Open),
        ("a.<b>:<c>", Namespace::Open),
        ("chat:<a>:<b>", Namespace::Literal("chat")),
    ] {
        assert_eq!(
            Pattern::parse(pattern).map(|parsed| format!("{:?}", parsed.namespace())),
            Ok(format!("{namespace:?}")),
            "{pattern}"
        );
    }
}

/// Patterns over few letters, so that names often match several.
fn pattern() -> impl Strategy<Value = String> {
    let part = prop_oneof![3 => Just("a"), 2 => Just("b"), 1 => Just("ab"), 1 => Just("A"), 3 => Just("<>")];
    let head = prop::collection::vec(part.clone(), 1..4);
    let tail = prop::option::of(prop::collection::vec(part, 1..3));
    (head, tail, any::<bool>()).prop_map(|(head, tail, rest)| {
        let mut text = head.join(".");
        match tail {
            Some(tail) => text += &format!("[.{}]", tail.join(".")),
            None if rest => text += ".<..>",
            None => {}
        }
        let mut next = 0;
        while let Some(at) = text.find("<>").or_else(|| text.find("<..>")) {
            text.insert_str(at + 1, &format!("p{next}"));
            next += 1;
        }
        text
    })
}

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof!["a", "A", "b", "ab", "AB", "c", ""], 1..6).prop_map(|parts| parts.join("."))
}

/// The rank of each part of a pattern along the name: literal bytes, then those in any case, then placeholders, then
/// the rest.
fn specificity(pattern: &Pattern, ignore_case: bool, name: &str, values: &[String]) -> Vec<u8> {
    let mut ranks = Vec::new();
    let mut values = values.iter();
    let segments = pattern.head().iter().chain(pattern.tail().unwrap_or_default());
    for segment in segments {
        if ranks.len() >= name.len() {
            break;
        }
        match segment {
            Segment::Literal(text) => ranks.extend(text.bytes().map(|_| u8::from(ignore_case))),
            Segment::Placeholder(placeholder) => {
                let value = values.next().map_or(0, |value| value.len());
                ranks.extend(std::iter::repeat_n(if placeholder.is_rest() { 3 } else { 2 }, value));
            }
        }
    }
    ranks
}

/// The values of a name that the pattern matches, in lower case if it matches in any.
fn values(pattern: &Pattern, ignore_case: bool, name: &str) -> Option<Vec<String>> {
    let name = if ignore_case { name.to_ascii_lowercase() } else { name.to_owned() };
    Some(pattern.matches(&name)?.map(str::to_owned).collect())
}

proptest! {
    #[test]
    fn the_tree_finds_the_patterns_that_a_comparison_with_each_finds(
        patterns in prop::collection::vec((pattern(), any::<bool>()), 1..12),
        name in name(),
    ) {
        let mut router = Router::default();
        let mut kept = Vec::new();
        for (text, ignore_case) in patterns {
            let parsed = Pattern::parse(&text).unwrap();
            if router.insert(&parsed, ignore_case, kept.len()).is_ok() {
                let parsed = if ignore_case { Pattern::parse(&text.to_ascii_lowercase()).unwrap() } else { parsed };
                kept.push((parsed, ignore_case));
            }
        }
        let mut found = all(&router, &name, |m| (*m.value, m.values().map(str::to_owned).collect::<Vec<_>>()));
        for (at, values) in &mut found {
            prop_assert!(values.iter().all(|value| name.contains(value.as_str())));
            if kept[*at].1 {
                values.iter_mut().for_each(|value| value.make_ascii_lowercase());
            }
        }

        let mut expected: Vec<_> = kept.iter().enumerate()
            .filter_map(|(at, (pattern, ignore_case))| Some((at, values(pattern, *ignore_case, &name)?)))
            .collect();
        expected.sort_by_key(|(at, values)| specificity(&kept[*at].0, kept[*at].1, &name, values));
        prop_assert_eq!(found, expected);
    }
}
