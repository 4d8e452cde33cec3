//! A key of the table: its type, its default, which values it may have, and its fate.

use serde_json::{Map, Value};

/// A key of Centrifugo's configuration.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) fate: Fate,
    /// Checked whatever the fate, so that a configuration that starts here starts in Centrifugo, too.
    pub(crate) choice: Choice,
    /// What each object of a list has to have; as [`choice`](Self::choice), whatever the fate.
    pub(crate) rule: Rule,
    /// What the engine does otherwise, or needs to know; else empty.
    pub(crate) remark: &'static str,
}

/// The type of a key's value, with the value that Centrifugo takes if there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// `false` by default.
    Flag,
    Number(i64),
    Text(&'static str),
    /// A duration, as Go writes it.
    Time(&'static str),
    Texts(&'static [&'static str]),
    /// Texts by their names. Empty by default.
    Map,
    /// An object that the engine has no use for. Empty by default.
    Opaque,
    /// An object, in parts that objects share.
    Object(&'static [&'static [Key]]),
    /// A list of objects. Empty by default.
    Objects(&'static [&'static [Key]]),
}

/// Which texts Centrifugo accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Choice {
    Any,
    OneOf(&'static [&'static str]),
    /// Centrifugo reads the key only if the `enabled` beside it is on.
    OneOfIfEnabled(&'static [&'static str]),
    /// `default`, or the name of one of `proxies`.
    Proxy,
}

/// A check of an object in a list.
pub(crate) type Rule = fn(&Map<String, Value>) -> Result<(), Broken>;

/// A key that a [`Rule`] refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The path inside of the object.
    pub(crate) key: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) instead: &'static str,
}

/// What becomes of a value that isn't Centrifugo's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The fate of the object that has the key; at the top, honoured.
    AsParent,
    /// It has the effect that it has in Centrifugo.
    Honoured,
    /// It has no effect, which is reported at the start, with the reason.
    Noted(&'static str),
    /// The start fails, with what to do instead. For an object: its `enabled` is refused, and without that it is idle.
    Refused(&'static str),
    /// It has no effect in Centrifugo either unless something is on that the engine refuses or doesn't have.
    Idle,
}

impl Key {
    const fn new(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, fate: Fate::AsParent, choice: Choice::Any, rule: |_| Ok(()), remark: "" }
    }

    pub(super) const fn one_of(mut self, texts: &'static [&'static str]) -> Self {
        self.choice = Choice::OneOf(texts);
        self
    }

    pub(super) const fn one_of_if_enabled(mut self, texts: &'static [&'static str]) -> Self {
        self.choice = Choice::OneOfIfEnabled(texts);
        self
    }

    pub(super) const fn rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    pub(super) const fn noted(mut self, reason: &'static str) -> Self {
        self.fate = Fate::Noted(reason);
        self
    }

    pub(super) const fn refused(mut self, instead: &'static str) -> Self {
        self.fate = Fate::Refused(instead);
        self
    }

    pub(super) const fn idle(mut self, needs: &'static str) -> Self {
        self.fate = Fate::Idle;
        self.remark = needs;
        self
    }

    pub(super) const fn remark(mut self, remark: &'static str) -> Self {
        self.remark = remark;
        self
    }
}

pub(super) const fn flag(name: &'static str) -> Key {
    Key::new(name, Shape::Flag)
}

pub(super) const fn number(name: &'static str, default: i64) -> Key {
    Key::new(name, Shape::Number(default))
}

pub(super) const fn text(name: &'static str, default: &'static str) -> Key {
    Key::new(name, Shape::Text(default))
}

/// The name of a proxy.
pub(super) const fn proxy(name: &'static str) -> Key {
    let mut key = text(name, "default");
    key.choice = Choice::Proxy;
    key
}

pub(super) const fn time(name: &'static str, default: &'static str) -> Key {
    Key::new(name, Shape::Time(default))
}

pub(super) const fn texts(name: &'static str) -> Key {
    Key::new(name, Shape::Texts(&[]))
}

pub(super) const fn texts_of(name: &'static str, default: &'static [&'static str]) -> Key {
    Key::new(name, Shape::Texts(default))
}

pub(super) const fn map(name: &'static str) -> Key {
    Key::new(name, Shape::Map)
}

pub(super) const fn opaque(name: &'static str) -> Key {
    Key::new(name, Shape::Opaque)
}

pub(super) const fn object(name: &'static str, parts: &'static [&'static [Key]]) -> Key {
    Key::new(name, Shape::Object(parts))
}

pub(super) const fn objects(name: &'static str, parts: &'static [&'static [Key]]) -> Key {
    Key::new(name, Shape::Objects(parts))
}
