//! The whole configuration compared with the table: unknown keys, values of wrong types and those that Centrifugo refuses,
//! what needs a real Centrifugo, and what has no effect.

use centrifugo_pattern::nearest;
use serde_json::{Map, Value};

use super::error::{Fault, Note};
use super::table::{Choice, Fate, Key, ROOT, Shape};
use super::value::{self, kind};

/// The name that stands for the event's own proxy.
pub(super) const DEFAULT_PROXY: &str = "default";

/// The result of comparing a configuration with the table.
#[derive(Debug, Default)]
pub(super) struct Verdict<'c> {
    /// The names of `proxies`.
    proxies: Vec<&'c str>,
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<Note>,
}

/// Compares the configuration with the table.
pub(super) fn check(config: &Map<String, Value>) -> Verdict<'_> {
    let proxies = config.get("proxies").and_then(Value::as_array).into_iter().flatten();
    let proxies = proxies.filter_map(|proxy| proxy.get("name")?.as_str()).collect();
    let mut verdict = Verdict { proxies, ..Verdict::default() };
    verdict.object(&Place { path: String::new(), fate: Fate::Honoured, noted: None }, config, ROOT);
    verdict
}

/// An object of the configuration.
struct Place {
    path: String,
    /// The fate of its keys that have none of their own.
    fate: Fate,
    /// The path that a note names: of the outermost object whose keys have no effect.
    noted: Option<String>,
}

impl Place {
    fn of(&self, key: &Key) -> Self {
        let path = join(&self.path, key.name);
        let fate = match (key.fate, self.fate) {
            (Fate::AsParent, Fate::Refused(instead)) if key.name == "enabled" => Fate::Refused(instead),
            (Fate::AsParent, Fate::Refused(_)) => Fate::Idle,
            (Fate::AsParent, inherited) => inherited,
            (own, _) => own,
        };
        let noted = self.noted.clone().or_else(|| matches!(fate, Fate::Noted(_)).then(|| path.clone()));
        Self { path, fate, noted }
    }

    fn item(&self, index: usize, item: &Value) -> Self {
        Self { path: item_path(&self.path, index, item), fate: self.fate, noted: self.noted.clone() }
    }
}

/// The path of a list's element: by its name, or else by its index.
pub(super) fn item_path(list: &str, index: usize, item: &Value) -> String {
    match item.get("name").and_then(Value::as_str) {
        Some(name) if !name.is_empty() => format!("{list}[{name}]"),
        _ => format!("{list}[{index}]"),
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Verdict<'_> {
    fn object(&mut self, place: &Place, object: &Map<String, Value>, parts: &[&[Key]]) {
        for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            match parts.iter().copied().flatten().find(|key| key.name == name) {
                Some(key) => {
                    let is_enabled = object.get("enabled").and_then(value::flag).unwrap_or_default();
                    self.key(&place.of(key), key, value, is_enabled);
                }
                None => self.unknown(&place.path, name, parts),
            }
        }
    }

    fn key(&mut self, place: &Place, key: &Key, value: &Value, is_enabled: bool) {
        if let Some(instead) = key.shape.mistake(value) {
            return self.fault(&place.path, format!("is {}", shown(value)), instead);
        }
        self.choice(place, key.choice, value, is_enabled);
        match (key.shape, value) {
            (Shape::Object(parts), Value::Object(object)) => self.object(place, object, parts),
            (Shape::Objects(parts), Value::Array(items)) => self.items(place, key, items, parts),
            (shape, value) if !shape.is_default(value) => self.settle(place),
            _ => {}
        }
    }

    fn items(&mut self, place: &Place, key: &Key, items: &[Value], parts: &[&[Key]]) {
        for (index, item) in items.iter().enumerate() {
            let place = place.item(index, item);
            match item.as_object() {
                Some(object) => self.item(&place, key, object, parts),
                None => self.fault(&place.path, format!("is {}", kind(item)), "write an object".to_owned()),
            }
        }
    }

    fn item(&mut self, place: &Place, key: &Key, object: &Map<String, Value>, parts: &[&[Key]]) {
        let known = self.faults.len();
        self.object(place, object, parts);
        // A value of a wrong type isn't reported twice.
        if let (Err(broken), true) = ((key.rule)(object), self.faults.len() == known) {
            self.fault(&join(&place.path, broken.key), broken.wrong.to_owned(), broken.instead.to_owned());
        }
    }

    /// Refuses a text that Centrifugo doesn't know.
    fn choice(&mut self, place: &Place, choice: Choice, value: &Value, is_enabled: bool) {
        let Some(text) = value::text(value).filter(|text| !text.is_empty()) else { return };
        let (wrong, instead) = match choice {
            Choice::OneOf(known) if !known.contains(&text.as_str()) => ("", one_of(known)),
            Choice::OneOfIfEnabled(known) if is_enabled && !known.contains(&text.as_str()) => ("", one_of(known)),
            Choice::Proxy if text != DEFAULT_PROXY && !self.proxies.contains(&text.as_str()) => {
                (", which isn't among `proxies`", one_of(&self.proxies))
            }
            _ => return,
        };
        let instead = if instead.is_empty() { "add it there".to_owned() } else { format!("write {instead}") };
        self.fault(&place.path, format!("is `{}`{wrong}", text.escape_debug()), instead);
    }

    /// Decides about a value that isn't the default.
    fn settle(&mut self, place: &Place) {
        match place.fate {
            Fate::Refused(instead) => self.fault(&place.path, "needs a real Centrifugo".to_owned(), instead.to_owned()),
            Fate::Noted(reason) => self.note(place.noted.as_ref().unwrap_or(&place.path), reason),
            Fate::AsParent | Fate::Honoured | Fate::Idle => {}
        }
    }

    fn unknown(&mut self, path: &str, name: &str, parts: &[&[Key]]) {
        let known = parts.iter().copied().flatten().map(|key| key.name);
        let instead = match (nearest(&name.to_lowercase(), known), &elsewhere(name)[..]) {
            (_, [place]) => format!("write it as `{place}`"),
            (_, [place, other]) => format!("write it as `{place}` or `{other}`"),
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, _) => "remove it, or see the keys in the docs".to_owned(),
        };
        self.fault(&join(path, name), "is no key of Centrifugo's configuration".to_owned(), instead);
    }

    fn fault(&mut self, path: &str, wrong: String, instead: String) {
        self.faults.push(Fault { path: path.to_owned(), wrong, instead });
    }

    fn note(&mut self, path: &str, reason: &'static str) {
        let note = match self.notes.iter().position(|note| note.reason == reason) {
            Some(known) => &mut self.notes[known],
            None => {
                self.notes.push(Note { paths: Vec::new(), reason });
                let last = self.notes.len() - 1;
                &mut self.notes[last]
            }
        };
        if !note.paths.iter().any(|known| known == path) {
            note.paths.push(path.to_owned());
        }
    }
}

/// The paths of the keys of this name that have an effect.
fn elsewhere(name: &str) -> Vec<String> {
    let mut paths = Vec::new();
    collect(name, "", ROOT, &mut paths);
    paths
}

fn collect(name: &str, path: &str, parts: &[&[Key]], paths: &mut Vec<String>) {
    for key in parts.iter().copied().flatten().filter(|key| matches!(key.fate, Fate::AsParent | Fate::Honoured)) {
        let path = join(path, key.name);
        match key.shape {
            Shape::Object(parts) => collect(name, &path, parts, paths),
            Shape::Objects(parts) => collect(name, &format!("{path}[..]"), parts, paths),
            _ => {}
        }
        if key.name == name {
            paths.push(path);
        }
    }
}

/// Texts to choose from: `a`, `b` or `c`.
pub(super) fn one_of(texts: &[&str]) -> String {
    let quoted: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A value in a message. Texts aren't shown, since some are secret.
fn shown(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        other => kind(other).to_owned(),
    }
}
