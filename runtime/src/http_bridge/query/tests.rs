//! Tests of queries: how values are written, and where the limits are.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn within(limit: usize, own: &str, data: &str) -> Result<String, ErrorReply> {
    let mut query = BoundedText::new(limit);
    query.push(own)?;
    append(&mut query, data.as_bytes(), ListStyle::Brackets)?;
    Ok(query.into_string())
}

fn query(own: &str, data: &Value) -> Result<String, ErrorReply> {
    written(own, &data.to_string())
}

fn written(own: &str, data: &str) -> Result<String, ErrorReply> {
    Ok(within(URI_LIMIT, own, data)?.replace("%5B", "[").replace("%5D", "]"))
}

#[test]
fn nested_and_repeated_values_are_in_brackets() {
    for (data, expected) in [
        (json!({ "page": 2, "q": "x" }), "page=2&q=x"),
        (json!({ "a": { "b": { "c": true } } }), "a[b][c]=true"),
        (json!({ "tags": ["x", "y"] }), "tags[]=x&tags[]=y"),
        (json!({ "items": [{ "a": 1 }, 2, [3]] }), "items[0][a]=1&items[1]=2&items[2][]=3"),
        (json!({ "none": null, "empty": [], "void": {}, "tags": [null, "x"], "text": "" }), "tags[]=x&text="),
        (json!({ "n": -1.5, "big": u64::MAX }), "big=18446744073709551615&n=-1.5"),
    ] {
        assert_eq!(query("", &data).as_deref(), Ok(expected));
    }
}

#[test]
fn repeated_values_have_repeated_keys_where_brackets_are_off() {
    for (data, expected) in [
        (json!({ "tags": ["x", "y"] }), "tags=x&tags=y"),
        (json!({ "a": { "b": [1, null, true] }, "none": [], "one": ["x"] }), "a[b]=1&a[b]=true&one=x"),
        (json!({ "items": [{ "a": [1, 2] }, 2, [3, 4]] }), "items[0][a]=1&items[0][a]=2&items[1]=2&items[2]=3&items[2]=4"),
    ] {
        let mut query = BoundedText::new(URI_LIMIT);
        assert_eq!(append(&mut query, data.to_string().as_bytes(), ListStyle::Repeated), Ok(()));
        assert_eq!(query.into_string().replace("%5B", "[").replace("%5D", "]"), expected);
    }
}

#[test]
fn the_path_s_own_query_comes_first() {
    assert_eq!(query("page=1", &json!({ "page": 2 })).as_deref(), Ok("page=1&page=2"));
    assert_eq!(query("page=1", &json!({})).as_deref(), Ok("page=1"));
    assert_eq!(query("page=1", &Value::Null).as_deref(), Ok("page=1"));
}

#[test]
fn special_characters_in_names_and_values_are_encoded() {
    let text = query("", &json!({ "a&b=c": "d&e=f#?/ +%\r\nä" }));
    assert_eq!(text.as_deref(), Ok("a%26b%3Dc=d%26e%3Df%23%3F%2F%20%2B%25%0D%0A%C3%A4"));
}

#[test]
fn data_that_is_not_an_object_is_refused() {
    for data in [json!([1]), json!("a=b"), json!(1), json!(true)] {
        assert_eq!(query("", &data), Err(NO_OBJECT));
    }
    for data in [&b"\xff"[..], b"{\"a\":\"\xff\"}", b"{", b"{} {}", b"nul"] {
        assert_eq!(append(&mut BoundedText::new(9), data, ListStyle::Repeated), Err(NOT_JSON));
    }
    assert_eq!(append(&mut BoundedText::new(0), b"", ListStyle::Repeated), Ok(()));
}

#[test]
fn whitespace_and_the_order_of_names_make_no_difference() {
    let data = "\n{ \"b\" : [ 1 , { \"c\" :\t2 } ], \"a\" : \"x\" , \"n\" : null , \"b\": [\r\n[ ] , { } , 3 ] } ";
    assert_eq!(written("", data).as_deref(), Ok("a=x&b[2]=3"));
    assert_eq!(written("q", " null\n").as_deref(), Ok("q"));
}

#[test]
fn numbers_arrive_as_the_client_wrote_them() {
    for number in ["12345678901234567890123", "-0", "1.10", "1E300", "1e-7", "0.1000000000000000000000001"] {
        assert_eq!(written("", &format!("{{\"n\":[{number}]}}")), Ok(format!("n[]={number}")));
    }
    assert_eq!(written("", "{\"n\":1e+3}").as_deref(), Ok("n=1e%2B3"));
}

#[test]
fn escapes_are_read() {
    let data = r#"{"\u0061\/\n": "\u00e4\"\ud83d\ude00"}"#;
    assert_eq!(written("", data).as_deref(), Ok("a%2F%0A=%C3%A4%22%F0%9F%98%80"));
}

#[test]
fn a_query_ends_at_its_limit_to_the_byte() {
    let data = json!({ "a": [1, 2], "empty": [[], {}, null] }).to_string();
    let whole = "q&a%5B%5D=1&a%5B%5D=2";
    assert_eq!(within(whole.len(), "q", &data).as_deref(), Ok(whole));
    for limit in 1..whole.len() {
        assert_eq!(within(limit, "q", &data), Err(TOO_LONG), "{limit}");
    }
}

#[test]
fn a_long_key_is_refused_before_it_is_repeated() {
    for data in [json!({ "!".repeat(32_000): [[1], [1]] }), json!({ "a": { "!".repeat(5000): vec![[1]; 8000] } })] {
        let mut query = BoundedText::new(URI_LIMIT);
        assert_eq!(append(&mut query, data.to_string().as_bytes(), ListStyle::Brackets), Err(TOO_LONG));
        assert!(query.into_string().capacity() <= 2 * URI_LIMIT);
    }
}

#[test]
fn data_that_is_nested_too_deeply_is_refused() {
    for (open, close) in [("[", "]"), ("{\"\":", "}")] {
        let nested = |levels| format!("{{\"a\":{}1{}}}", open.repeat(levels), close.repeat(levels));
        assert_eq!(written("", &nested(10_000)).map_err(|refusal| refusal.code()), Err(400));
        assert!(written("", &nested(50)).is_ok());
    }
}

#[test]
fn data_that_can_not_fit_is_refused_before_it_is_read() {
    let padded = |length| format!("{{\"a\":1{}}}", " ".repeat(length));
    assert_eq!(written("", &padded(DATA_LIMIT - 7)).as_deref(), Ok("a=1"));
    assert_eq!(written("", &padded(DATA_LIMIT - 6)), Err(TOO_LONG));
    // The longest data whose query fits.
    let value = URI_LIMIT - "/?a=".len();
    assert!(written("", &format!("{{\"\\u0061\":\"{}\"}}", "\\u0061".repeat(value))).is_ok());
}

/// The same query, written from a tree of values and without a limit.
fn expected(key: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| expected(&format!("{key}[{name}]"), value, pairs));
        }
        Value::Array(items) => {
            let numbered = items.iter().any(|item| item.is_object() || item.is_array());
            for (index, item) in items.iter().enumerate() {
                let index = if numbered { index.to_string() } else { String::new() };
                expected(&format!("{key}[{index}]"), item, pairs);
            }
        }
        Value::String(text) => pairs.push(format!("{key}={text}")),
        Value::Bool(_) | Value::Number(_) => pairs.push(format!("{key}={value}")),
    }
}

fn objects() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9]{0,9}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,3}", inner, 0..5).prop_map(|fields| json!(fields)),
        ]
    });
    prop::collection::btree_map("[a-z]{0,3}", value, 0..6).prop_map(|fields| json!(fields))
}

proptest! {
    #[test]
    fn every_object_is_a_query_within_the_limit_or_refused(data in objects(), limit in 0_usize..200) {
        let mut pairs = Vec::new();
        for (name, value) in data.as_object().unwrap() {
            expected(name, value, &mut pairs);
        }
        let whole = pairs.join("&");
        prop_assert_eq!(query("", &data), Ok(whole.clone()));
        let length = whole.replace(['[', ']'], "%5B").len();
        match within(limit, "", &data.to_string()) {
            Ok(text) => prop_assert!(text.len() == length && length <= limit, "{}", text),
            Err(refusal) => prop_assert!(refusal == TOO_LONG && length > limit, "{}", refusal),
        }
    }
}
