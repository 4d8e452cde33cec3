//! A setting: its name, the form of its value, its default and its meaning.

use std::fmt;
use std::time::Duration;

use centrifugo_pattern::duration;

use crate::server::Limits;
use crate::server::address::Address;
use crate::server::metrics_address::MetricsAddress;

/// The beginning of the names of this crate's variables.
pub(super) const PREFIX: &str = "PROXY_";

/// A setting of the process.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The environment variable.
    pub(super) variable: &'static str,
    pub(super) form: Form,
    /// What it sets, for the listing and the guide.
    pub(super) meaning: &'static str,
    /// The default, as an operator would write it. Empty: none, or that of the limit.
    pub(super) default: &'static str,
    /// Whether only the environment has it, and a file can't.
    pub(super) is_variable_only: bool,
}

/// The form of a setting's value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// Any text, which its reader checks.
    Text,
    /// An address to listen on.
    Address,
    /// An address that serves metrics.
    MetricsAddress,
    /// A text that is never shown.
    Secret,
    /// A text in PEM, which is never shown, or the name of its file.
    Pem,
    /// Anything but nothing.
    Presence,
    Flag,
    /// One of these.
    Word(&'static [&'static str]),
    /// A whole number, at least 1.
    Count(fn(&mut Limits) -> &mut usize),
    /// The same, of 32 bits.
    Count32(fn(&mut Limits) -> &mut u32),
    /// A number of bytes, at least 1.
    Size(fn(&mut Limits) -> &mut usize),
    /// A time above zero.
    Time(fn(&mut Limits) -> &mut Duration),
    TimeOrZero(fn(&mut Limits) -> &mut Duration),
    /// A time above zero, or none.
    TimeIfAny(fn(&mut Limits) -> &mut Option<Duration>),
}

impl Setting {
    pub(super) const fn new(variable: &'static str, form: Form, meaning: &'static str) -> Self {
        Self { variable, form, meaning, default: "", is_variable_only: false }
    }

    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(super) const fn variable_only(self) -> Self {
        Self { is_variable_only: true, ..self }
    }

    /// Whether the app is open to more peers without it, so that an empty value can't mean that there is none.
    pub(super) fn is_protection(&self) -> bool {
        matches!(self.form, Form::Secret | Form::Pem)
    }

    /// A value as the listing shows it.
    pub(super) fn shown(&self, value: String) -> String {
        let is_secret = match self.form {
            Form::Secret => !value.is_empty(),
            Form::Pem => value.contains("-----BEGIN"),
            _ => false,
        };
        if is_secret { "***".to_owned() } else { value }
    }

    /// The key in a file: the variable's name without `PROXY_`, in lower case.
    pub(super) fn key(&self) -> Option<String> {
        (!self.is_variable_only).then(|| self.variable.trim_start_matches(PREFIX).to_ascii_lowercase())
    }

    /// Checks a value. `Err`: what to write.
    pub(super) fn check(&self, text: &str) -> Result<(), String> {
        self.apply(text, &mut Limits::default())
    }

    /// Sets the limit that the setting is for, if it is for one. `Err`: what to write.
    pub(super) fn apply(&self, text: &str, limits: &mut Limits) -> Result<(), String> {
        match self.form {
            Form::Text | Form::Secret | Form::Pem | Form::Presence => {}
            Form::Address => Address::check(text)?,
            Form::MetricsAddress => MetricsAddress::check(text)?,
            Form::Flag => drop(flag(text)?),
            Form::Word(words) if words.contains(&text) => {}
            Form::Word(words) => return Err(format!("write {}", alternatives(words))),
            Form::Count(field) => *field(limits) = count(text)?,
            Form::Count32(field) => *field(limits) = count(text)?,
            Form::Size(field) => *field(limits) = size(text)?,
            Form::Time(field) => *field(limits) = time(text)?,
            Form::TimeOrZero(field) => *field(limits) = duration::parse(text).map_err(|fault| fault.to_string())?,
            Form::TimeIfAny(field) => *field(limits) = Some(time(text)?),
        }
        Ok(())
    }

    /// The limit that the setting is for, as an operator would write it. `None`: it is for none.
    pub(super) fn of_limits(&self, limits: &mut Limits) -> Option<String> {
        Some(match self.form {
            Form::Text | Form::Address | Form::MetricsAddress | Form::Secret | Form::Pem => return None,
            Form::Presence | Form::Flag | Form::Word(_) => return None,
            Form::Count(field) => field(limits).to_string(),
            Form::Count32(field) => field(limits).to_string(),
            Form::Size(field) => written_size(*field(limits)),
            Form::Time(field) | Form::TimeOrZero(field) => format!("{:?}", field(limits)),
            Form::TimeIfAny(field) => field(limits).map(|time| format!("{time:?}")).unwrap_or_default(),
        })
    }

    /// The default, as an operator would write it. Empty: none.
    pub(super) fn written_default(&self) -> String {
        self.of_limits(&mut Limits::default()).unwrap_or_else(|| self.default.to_owned())
    }
}

/// The form, as a noun for the guide.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text | Self::Presence => "text",
            Self::Address | Self::MetricsAddress => "address",
            Self::Secret => "secret",
            Self::Pem => "file or PEM",
            Self::Flag => "`1` or `0`",
            Self::Word(words) => return f.write_str(&alternatives(words)),
            Self::Count(_) | Self::Count32(_) => "number",
            Self::Size(_) => "size",
            Self::Time(_) | Self::TimeOrZero(_) | Self::TimeIfAny(_) => "time",
        })
    }
}

fn alternatives(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
}

/// Reads a flag.
pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err("write `1` or `0`".to_owned()),
    }
}

fn count<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = whole(text).ok_or("write a whole number, such as `4096`")?;
    if number == 0 {
        return Err("write at least `1`".to_owned());
    }
    T::try_from(number).map_err(|_| "write a smaller number".to_owned())
}

/// Digits alone: no sign, no space.
fn whole(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

const UNITS: [(&str, usize); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

fn size(text: &str) -> Result<usize, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let Some((_, bytes)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        // `64MB`, or `64M`.
        let meant = UNITS.iter().find(|(name, _)| unit.len() < 4 && unit.chars().next() == name.chars().next());
        return Err(match meant {
            Some((meant, _)) if !number.is_empty() => format!("write `{number}{meant}`"),
            _ => SIZE.to_owned(),
        });
    };
    count::<usize>(number).map_err(|_| SIZE)?.checked_mul(*bytes).ok_or_else(|| "write a smaller size".to_owned())
}

const SIZE: &str = "write a number of bytes above zero, or one with `KiB`, `MiB` or `GiB`, such as `64MiB`";

fn written_size(bytes: usize) -> String {
    let unit = UNITS.iter().find(|(_, unit)| bytes.is_multiple_of(*unit) && bytes > 0);
    unit.map_or_else(|| bytes.to_string(), |(name, unit)| format!("{}{name}", bytes / unit))
}

fn time(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Ok(time) if time < Duration::from_millis(1) => Err("write at least `1ms`".to_owned()),
        Ok(time) => Ok(time),
        Err(fault) => Err(fault.to_string()),
    }
}
