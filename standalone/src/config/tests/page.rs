//! The page of the docs that lists the table.

use crate::config::check::one_of;
use crate::config::table::{Choice, Fate, Key, ROOT, Shape};

const HEAD: &str = "\
# The configuration of the engine

The engine reads Centrifugo's own configuration: the JSON that the app generates, with what `App::centrifugo` adds. Each key of
Centrifugo v6.9.1 is honoured as Centrifugo honours it, or the start fails, with all faults at once, each with its full path and
what to write instead. A key that Centrifugo doesn't have is a fault, too. What has no effect in one process is reported at the
start, so that the same configuration runs on both.

Numbers, flags and lists may be written as Centrifugo accepts them (`\"8000\"`, `1`, one text instead of a list). Empty texts, 0 and
`0s` stand for the default. A duration needs its unit: `\"300s\"`, `\"1.5h\"`. Names of keys are in lower case.

Centrifugo's environment variables (`CENTRIFUGO_CLIENT_INSECURE` and so on) aren't read: write the keys.

What is refused is accepted while it is off: with Centrifugo's default, `false`, 0 or nothing. A value that Centrifugo
refuses is refused where the key has no effect, too, such as an unknown `broker.type`.

| key | default | the engine |
|---|---|---|
";

/// The page, of which a test compares the committed one.
pub(super) fn page() -> String {
    let mut page = Page { text: HEAD.to_owned(), shown: Vec::new() };
    page.parts(ROOT, "");
    page.text
}

struct Page {
    text: String,
    /// The parts of objects that the page has, by their first keys, and where.
    shown: Vec<(Vec<&'static str>, String)>,
}

impl Page {
    fn parts(&mut self, parts: &'static [&'static [Key]], path: &str) {
        for part in parts {
            let names: Vec<_> = part.iter().map(|key| key.name).collect();
            match self.shown.iter().find(|(shown, _)| *shown == names) {
                Some((_, place)) => {
                    let row = format!("| `{path}` | | the keys of `{place}` |\n", path = path.trim_end_matches('.'));
                    self.text.push_str(&row);
                }
                None => {
                    self.shown.extend((part.len() > 2).then(|| (names, path.trim_end_matches('.').to_owned())));
                    part.iter().for_each(|key| self.key(key, &format!("{path}{}", key.name)));
                }
            }
        }
    }

    fn key(&mut self, key: &Key, path: &str) {
        match (key.shape, key.fate) {
            (Shape::Object(parts), Fate::AsParent | Fate::Honoured) => self.parts(parts, &format!("{path}.")),
            (Shape::Objects(parts), Fate::AsParent | Fate::Honoured) => self.parts(parts, &format!("{path}[].")),
            (shape, _) => {
                let row = format!("| `{path}` | {} | {} |\n", default(shape), effect(key));
                self.text.push_str(&row);
            }
        }
    }
}

fn default(shape: Shape) -> String {
    match shape {
        Shape::Flag => "`false`".to_owned(),
        Shape::Number(number) => format!("`{number}`"),
        Shape::Text("") | Shape::Texts([]) | Shape::Map | Shape::Opaque | Shape::Objects(_) | Shape::Object(_) => {
            String::new()
        }
        Shape::Text(text) | Shape::Time(text) => format!("`{text}`"),
        Shape::Texts(texts) => format!("`{}`", texts.join(", ")),
    }
}

fn effect(key: &Key) -> String {
    match (key.fate, key.shape) {
        (Fate::AsParent | Fate::Honoured, _) => match (key.choice, key.remark) {
            (Choice::OneOf(known), _) => format!("honoured: {}", one_of(known)),
            (_, "") => "honoured".to_owned(),
            (_, remark) => format!("honoured: {remark}"),
        },
        (Fate::Noted(reason), _) => format!("no effect: {reason}"),
        (Fate::Refused(instead), Shape::Object(_) | Shape::Objects(_)) => format!("refused if `enabled`: {instead}"),
        (Fate::Refused(instead), _) => format!("refused: {instead}"),
        (Fate::Idle, _) => format!("not used: {}", key.remark),
    }
}
