//! A key of the table: its type, its default, and its fate.

/// A key of Centrifugo's configuration.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) fate: Fate,
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
    /// A list of objects that the engine has no use for. Empty by default.
    Opaque,
    /// An object, in parts that objects share.
    Object(&'static [&'static [Key]]),
    /// A list of objects. Empty by default.
    Objects(&'static [&'static [Key]]),
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
        Self { name, shape, fate: Fate::AsParent, remark: "" }
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
