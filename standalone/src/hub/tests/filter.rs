use std::collections::HashMap;

use super::super::Filter;
use crate::codec::ErrorCode;
use crate::proto::client::FilterNode;

fn leaf(cmp: &str, key: &str, val: &str, vals: &[&str]) -> FilterNode {
    FilterNode {
        cmp: cmp.to_owned(),
        key: key.to_owned(),
        val: val.to_owned(),
        vals: vals.iter().map(|&value| value.to_owned()).collect(),
        ..FilterNode::default()
    }
}

fn node(op: &str, nodes: Vec<FilterNode>) -> FilterNode {
    FilterNode { op: op.to_owned(), nodes, ..FilterNode::default() }
}

/// Whether `key: tag` passes; without a tag, whether none passes.
fn passes(node: FilterNode, tag: Option<&str>) -> bool {
    let tags: HashMap<String, String> = tag.map(|tag| ("key".to_owned(), tag.to_owned())).into_iter().collect();
    Filter::new(node).unwrap().matches(&tags)
}

fn compare(cmp: &str, val: &str, tag: &str) -> bool {
    passes(leaf(cmp, "key", val, &[]), Some(tag))
}

#[test]
fn a_filter_compares_a_tag_as_text() {
    assert!(compare("eq", "one", "one") && !compare("eq", "one", "two"));
    assert!(!compare("neq", "one", "one") && compare("neq", "one", "two"));
    assert!(compare("sw", "on", "one") && !compare("sw", "ne", "one"));
    assert!(compare("ew", "ne", "one") && !compare("ew", "on", "one"));
    assert!(compare("ct", "n", "one") && !compare("ct", "x", "one"));
}

#[test]
fn a_missing_tag_equals_nothing() {
    for (cmp, passed) in [("eq", false), ("neq", true), ("sw", false), ("ew", false), ("ct", false), ("gt", false)] {
        assert_eq!(passes(leaf(cmp, "key", "1", &[]), None), passed, "{cmp}");
    }
    assert!(!passes(leaf("in", "key", "", &["1"]), None) && passes(leaf("nin", "key", "", &["1"]), None));
}

#[test]
fn a_tag_is_one_of_several_or_exists() {
    assert!(passes(leaf("in", "key", "", &["1", "2"]), Some("2")) && !passes(leaf("in", "key", "", &["1"]), Some("2")));
    assert!(!passes(leaf("nin", "key", "", &["1", "2"]), Some("2")) && passes(leaf("nin", "key", "", &["1"]), Some("2")));
    assert!(passes(leaf("ex", "key", "", &[]), Some("")) && !passes(leaf("ex", "key", "", &[]), None));
    assert!(!passes(leaf("nex", "key", "", &[]), Some("")) && passes(leaf("nex", "key", "", &[]), None));
}

#[test]
fn numbers_are_compared_exactly() {
    assert!(compare("gt", "9", "10") && !compare("gt", "10", "10") && compare("gte", "10", "10.0"));
    assert!(compare("lt", "-1", "-1.5") && compare("lte", "0", "-0") && !compare("lt", "0", "-0"));
    assert!(compare("gt", "0.1", "+0.10000000000000001") && compare("lt", "5", "0004.999"));
    let huge = "9".repeat(100);
    assert!(compare("gt", &huge, &format!("1{}", "0".repeat(100))));
}

#[test]
fn a_tag_that_is_no_number_matches_no_comparison() {
    for text in ["", "x", "1e3", ".5", "5.", "-", "+", "--1", "1.2.3", " 1", "0.00000000000000000001", &"1".repeat(201)] {
        assert!(!compare("gte", "0", text) && !compare("lt", "0", text), "{text:?}");
    }
    assert!(!compare("gt", "x", "1"));
}

#[test]
fn filters_combine_by_and_or_and_not() {
    let one = || leaf("eq", "key", "one", &[]);
    let short = || leaf("sw", "key", "o", &[]);
    assert!(
        passes(node("and", vec![one(), short()]), Some("one")) && !passes(node("and", vec![one(), short()]), Some("on"))
    );
    assert!(passes(node("or", vec![one(), short()]), Some("on")) && !passes(node("or", vec![one(), short()]), Some("x")));
    assert!(passes(node("not", vec![one()]), Some("x")) && !passes(node("not", vec![one()]), Some("one")));
}

#[test]
fn a_malformed_filter_is_refused_with_107() {
    let valid = || leaf("eq", "key", "one", &[]);
    let invalid = [
        FilterNode::default(),
        leaf("like", "key", "one", &[]),
        leaf("eq", "", "one", &[]),
        leaf("eq", "key", "", &[]),
        leaf("eq", "key", "one", &["one"]),
        leaf("in", "key", "", &[]),
        leaf("in", "key", "one", &[]),
        leaf("ex", "key", "one", &[]),
        node("xor", vec![valid()]),
        node("and", vec![]),
        node("or", vec![]),
        node("not", vec![]),
        node("not", vec![valid(), valid()]),
        node("and", vec![valid(), FilterNode::default()]),
    ];
    for node in invalid {
        assert_eq!(Filter::new(node.clone()), Err(ErrorCode::BAD_REQUEST), "{node:?}");
    }
}

#[test]
fn a_filter_has_at_most_100_conditions_and_1000_values() {
    let many = |conditions: usize, values: usize| {
        let values: Vec<_> = vec!["v"; values];
        let leaves = std::iter::once(leaf("in", "key", "", &values));
        node("or", leaves.chain(std::iter::repeat_with(|| leaf("ex", "key", "", &[]))).take(conditions - 1).collect())
    };
    assert!(Filter::new(many(100, 1_000)).is_ok());
    assert_eq!(Filter::new(many(101, 1_000)), Err(ErrorCode::BAD_REQUEST));
    assert_eq!(Filter::new(many(100, 1_001)), Err(ErrorCode::BAD_REQUEST));
}
