//! The table: each honoured key is read, and the docs list all keys.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Map, Value, json};

use super::faults;
use super::page::page;
use crate::config::parse::reads;
use crate::config::table::{Fate, Key, ROOT, Shape};

/// Calls `visit` with each key that has a value, the fate of its object, and its path as names.
fn each(
    parts: &'static [&'static [Key]],
    path: &[&'static str],
    fate: Fate,
    visit: &mut impl FnMut(&Key, Fate, &[&'static str]),
) {
    for key in parts.iter().copied().flatten() {
        let fate = if key.fate == Fate::AsParent { fate } else { key.fate };
        let path = [path, &[key.name]].concat();
        match key.shape {
            Shape::Object(parts) => each(parts, &path, fate, visit),
            Shape::Objects(parts) => each(parts, &[&path[..], &["[]"]].concat(), fate, visit),
            _ => visit(key, fate, &path),
        }
    }
}

/// A configuration with one value at a path.
fn with(path: &[&str], value: Value) -> Value {
    path.iter().rev().fold(value, |value, name| match *name {
        "[]" => json!([value]),
        name => Value::Object(Map::from_iter([(name.to_owned(), value)])),
    })
}

#[test]
fn each_key_has_a_type_that_is_checked() {
    each(ROOT, &[], Fate::Honoured, &mut |key, _, path| {
        let wrong = with(path, json!([[1]]));
        let found = faults(&wrong);
        let is_checked = found.iter().any(|fault| fault.contains(&format!(".{}` is a list", key.name)));
        assert!(is_checked || path.len() == 1, "{wrong}: {found:?}");
    });
}

#[test]
fn the_honoured_keys_are_those_that_are_read() {
    each(ROOT, &[], Fate::Honoured, &mut |key, fate, path| {
        // An element's place is its name, if it has one.
        let place = if key.name == "name" && path.contains(&"[]") { "[seven]" } else { "[0]" };
        let name = path.join(".").replace(".[]", place);
        let is_read = reads(&with(path, sample(key))).contains(&name);
        assert_eq!(is_read, fate == Fate::Honoured, "{name}");
    });
}

/// A value that isn't the default.
fn sample(key: &Key) -> Value {
    match key.shape {
        Shape::Flag => true.into(),
        Shape::Number(_) => 7.into(),
        Shape::Time(_) => "7s".into(),
        Shape::Texts(_) => json!(["seven"]),
        Shape::Map => json!({"seven": "7"}),
        _ => "seven".into(),
    }
}

/// The defaults of the table, as Centrifugo prints them.
fn defaults(parts: &[&[Key]]) -> Value {
    parts.iter().copied().flatten().map(|key| (key.name.to_owned(), default(key))).collect::<Map<_, _>>().into()
}

fn default(key: &Key) -> Value {
    match key.shape {
        Shape::Flag => false.into(),
        Shape::Number(number) => number.into(),
        Shape::Text(text) | Shape::Time(text) => text.into(),
        Shape::Texts(texts) => json!(texts),
        Shape::Map => json!({}),
        Shape::Object(parts) => defaults(parts),
        Shape::Opaque => json!({}),
        Shape::Objects(_) => json!([]),
    }
}

/// Go prints a list that was never made as null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Null => json!([]),
        Value::Object(object) => object.into_iter().map(|(name, value)| (name, without_nulls(value))).collect(),
        other => other,
    }
}

/// A test of the package `centrifugo-tests` compares the file with what the real Centrifugo prints.
#[test]
fn the_table_has_all_keys_of_centrifugo_with_their_defaults() {
    let printed: Value = serde_json::from_str(include_str!("defaults.json")).expect("JSON");
    assert_eq!(defaults(ROOT), without_nulls(printed));
}

#[test]
fn the_page_of_the_docs_lists_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let fresh = page();
    if env::var_os("UPDATE").is_some() {
        return fs::write(&path, fresh).expect("can't write the page");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "standalone/docs/configuration.md isn't what the table gives: UPDATE=1 writes it");
}
