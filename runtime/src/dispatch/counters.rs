//! The counters of what happens beside the calls of handlers: panics, and calls that don't come from Centrifugo.

use crate::observe::catalog::{MALFORMED_CALLS, PANICS, SECRETS_REFUSED};
use crate::observe::meter::{Counter, Meter};

/// The part of the app in which a panic occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A handler, with its extractors, interceptors and placeholders, and what they drop.
    Handler,
    /// A stream, after it has opened.
    Stream,
    /// A tower layer.
    Layer,
    ErrorHandler,
}

impl Place {
    const ALL: [Self; 4] = [Self::Handler, Self::Stream, Self::Layer, Self::ErrorHandler];

    fn name(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::Stream => "stream",
            Self::Layer => "layer",
            Self::ErrorHandler => "error_handler",
        }
    }
}

/// The counters, which count nothing without metrics.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) secrets_refused: Counter,
    pub(crate) malformed: Counter,
    panics: [Counter; Place::ALL.len()],
}

impl Counters {
    pub(super) fn new(meter: Meter) -> Self {
        Self {
            secrets_refused: meter.counter(SECRETS_REFUSED, &[]),
            malformed: meter.counter(MALFORMED_CALLS, &[]),
            panics: Place::ALL.map(|place| meter.counter(PANICS, &[("place", place.name())])),
        }
    }

    pub(crate) fn panics(&self, place: Place) -> &Counter {
        &self.panics[place as usize]
    }
}
