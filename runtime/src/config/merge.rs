//! Merging configurations.

use serde_json::{Value, json};

/// Merges one configuration into another: objects key by key, lists of named objects by `name`. `null` removes a value, and
/// any other value replaces it.
pub(crate) fn merge(config: &mut Value, more: Value) {
    match (config, more) {
        (_, Value::Null) => {}
        (Value::Object(config), Value::Object(more)) => {
            for (key, value) in more {
                match value {
                    Value::Null => drop(config.remove(&key)),
                    value => merge(config.entry(key).or_insert(Value::Null), value),
                }
            }
        }
        (Value::Array(config), Value::Array(more)) if is_named(config) && is_named(&more) => {
            for value in more {
                match config.iter_mut().find(|known| known["name"] == value["name"]) {
                    Some(known) => merge(known, value),
                    None => config.push(value),
                }
            }
        }
        (config, more) => *config = more,
    }
}

fn is_named(list: &[Value]) -> bool {
    list.iter().all(|value| value.get("name").is_some_and(Value::is_string))
}

/// A value wrapped in objects, so that `pointer` leads to it: `nested("/a/b", 1)` is `{"a": {"b": 1}}`.
pub(crate) fn nested(pointer: &str, value: impl Into<Value>) -> Value {
    pointer.rsplit('/').filter(|key| !key.is_empty()).fold(value.into(), |inner, key| json!({ key: inner }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_merged_by_name_and_values_are_replaced() {
        let mut config = json!({ "a": [1], "n": [{ "name": "x", "p": true }] });
        merge(&mut config, json!({ "a": [2], "n": [{ "name": "y" }, { "name": "x", "q": 1 }], "gone": 1 }));
        merge(&mut config, json!({ "gone": null }));
        assert_eq!(config, json!({ "a": [2], "n": [{ "name": "x", "p": true, "q": 1 }, { "name": "y" }] }));
    }

    #[test]
    fn a_value_is_put_at_its_place() {
        assert_eq!(nested("/a/b", 1), json!({ "a": { "b": 1 } }));
        assert_eq!(nested("", 1), json!(1));
    }
}
