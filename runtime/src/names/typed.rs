//! Typed channels: structs that are written as a channel's name, and read from one.

use std::fmt::{Display, Write};

use centrifugo_pattern::{Pattern, is_valid_value};

use crate::names::channel::{InvalidChannel, ToChannel};
use crate::names::id::Channel;
use crate::names::location::Location;
use crate::names::spelling::Reader;
use crate::names::values::Values;

#[diagnostic::on_unimplemented(
    message = "`{Self}` is no typed channel",
    label = "add `#[centrifugo::channel(\"..\")]` to it",
    note = "a handler's attribute takes a pattern, such as `\"user.<uuid>\"`, \
            or a struct with `#[centrifugo::channel(\"user.<uuid>\")]`"
)]
/// A typed channel: a struct with [`#[centrifugo::channel]`](macro@crate::channel), which implements this.
pub trait TypedChannel: Sized + Send + 'static {
    /// The channel's pattern.
    const PATTERN: &'static str;

    /// The crate that declares it. In that crate, two handlers of one event for the channel are a compile error.
    const CRATE: u64;

    /// Whether clients send data of the channel's own type, so without `from_client`.
    const AS_SENT: bool = true;

    /// Reads the values of the pattern's placeholders. `None`: one doesn't parse, or is spelt in another way.
    fn read(values: &mut Values<'_, '_>) -> Option<Self>;

    /// Writes the channel's name, piece by piece.
    fn write(&self, channel: &mut Writer);
}

/// The name of a typed channel while it is written. It keeps the first value that can't be read back.
#[derive(Debug, Default)]
pub struct Writer {
    name: String,
    fault: Option<InvalidChannel>,
}

impl Writer {
    /// Writes literal text of the pattern.
    pub fn literal(&mut self, text: &'static str) {
        self.name.push_str(text);
    }

    /// Writes the value of `<field>`.
    pub fn value<T: Display + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.push(field, value, false);
    }

    /// Writes the value of `<field..>`.
    pub fn rest<T: Display + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.push(field, value, true);
    }

    fn push<T: Display + ?Sized>(&mut self, field: &'static str, value: &T, rest: bool) {
        let start = self.name.len();
        let written = write!(self.name, "{value}");
        let text = &self.name[start..];
        if self.fault.is_none() && (written.is_err() || !is_valid_value(text, rest)) {
            self.fault = Some(InvalidChannel::Value { field, value: text.to_owned(), rest });
        }
    }
}

/// Returns the name of a typed channel.
pub fn to_channel<C: TypedChannel>(channel: &C) -> Result<Channel, InvalidChannel> {
    let mut writer = Writer::default();
    channel.write(&mut writer);
    match writer.fault {
        Some(fault) => Err(fault),
        None => writer.name.to_channel(),
    }
}

/// Reads a typed channel from a name. `None`: the name doesn't match.
pub(crate) fn read<C: TypedChannel>(name: &str) -> Option<C> {
    // The attribute has parsed the pattern already, so there is no error.
    let pattern = Pattern::parse(C::PATTERN).ok()?;
    let values = pattern.matches(name)?;
    C::read(&mut Values::new(Some(values), &Extractor { pattern: C::PATTERN }))
}

/// A typed channel as an extractor, for the log.
struct Extractor {
    pattern: &'static str,
}

impl Reader for Extractor {
    fn handler(&self) -> Option<(&'static str, Location)> {
        None
    }

    fn pattern(&self) -> Option<&'static str> {
        Some(self.pattern)
    }
}
