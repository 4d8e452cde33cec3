//! A client's data as a query, in the bracket form that PHP, Rails and Qs read: `{"a": {"b": 1}}` is `a[b]=1`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::code::ErrorReply;

const NOT_JSON: ErrorReply = ErrorReply::new(400, "the data must be JSON");
const NO_OBJECT: ErrorReply = ErrorReply::new(400, "the data of get and head must be an object: it becomes the query");

/// Everything but RFC 3986's unreserved characters.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Puts the data behind what the query has already. `null`, empty lists and empty objects are left out.
pub(crate) fn append(query: &mut String, data: &[u8]) -> Result<(), ErrorReply> {
    if data.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice(data).map_err(|_| NOT_JSON)? {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in &fields {
                put(query, &encode(name), value);
            }
        }
        _ => return Err(NO_OBJECT),
    }
    Ok(())
}

/// One value under its key, which is encoded already.
fn put(query: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                put(query, &format!("{key}%5B{}%5D", encode(name)), value);
            }
        }
        // `a[][b]=1&a[][c]=2` might be one item or two, so lists of more than plain values are numbered.
        Value::Array(items) => {
            let numbered = items.iter().any(|item| item.is_object() || item.is_array());
            for (index, item) in items.iter().enumerate() {
                let index = if numbered { index.to_string() } else { String::new() };
                put(query, &format!("{key}%5B{index}%5D"), item);
            }
        }
        Value::String(text) => pair(query, key, text),
        Value::Bool(_) | Value::Number(_) => pair(query, key, &value.to_string()),
    }
}

fn pair(query: &mut String, key: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend([key, "="]);
    query.extend(utf8_percent_encode(value, VALUE));
}

fn encode(name: &str) -> String {
    utf8_percent_encode(name, VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(own: &str, data: &Value) -> Result<String, ErrorReply> {
        let mut query = own.to_owned();
        append(&mut query, data.to_string().as_bytes())?;
        Ok(query.replace("%5B", "[").replace("%5D", "]"))
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
    fn the_path_s_own_query_goes_before() {
        assert_eq!(query("page=1", &json!({ "page": 2 })).as_deref(), Ok("page=1&page=2"));
        assert_eq!(query("page=1", &json!({})).as_deref(), Ok("page=1"));
        assert_eq!(query("page=1", &Value::Null).as_deref(), Ok("page=1"));
    }

    #[test]
    fn names_and_values_can_not_be_more_than_names_and_values() {
        let told = query("", &json!({ "a&b=c": "d&e=f#?/ +%\r\nä" }));
        assert_eq!(told.as_deref(), Ok("a%26b%3Dc=d%26e%3Df%23%3F%2F%20%2B%25%0D%0A%C3%A4"));
    }

    #[test]
    fn data_that_is_no_object_can_not_be_a_query() {
        for data in [json!([1]), json!("a=b"), json!(1), json!(true)] {
            assert_eq!(query("", &data), Err(NO_OBJECT));
        }
        assert_eq!(append(&mut String::new(), b"\xff"), Err(NOT_JSON));
        assert_eq!(append(&mut String::new(), b""), Ok(()));
    }
}
