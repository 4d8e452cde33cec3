//! The subject of a call, for log lines and reports: its handler, its channel or method, its client, and the metadata.

use std::fmt;

use http::HeaderMap;

use crate::event::options::Options;
use crate::event::{Client, Event};
use crate::handler::Handler;
use crate::handler::call::Request;
use crate::names::id::{ClientId, UserId};

/// The part of the app that a call is for: the handler, if one has a pattern that matches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answerer {
    Handler(&'static Handler),
    /// No pattern matches.
    Nobody,
    /// A tower layer of the app, before the handler is known.
    Layer,
}

impl Answerer {
    /// The options of the handler's attribute, or those of an attribute without any.
    pub(super) fn options(self) -> &'static Options {
        self.handler().map_or(&Options::NONE, Handler::options)
    }

    pub(super) fn handler(self) -> Option<&'static Handler> {
        match self {
            Self::Handler(handler) => Some(handler),
            Self::Nobody | Self::Layer => None,
        }
    }
}

impl fmt::Display for Answerer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(handler) => handler.location().fmt(f),
            Self::Nobody => f.write_str("no handler"),
            Self::Layer => f.write_str("a tower layer"),
        }
    }
}

/// The names in a call: its channel or method, the client that causes it, and the metadata.
pub(super) trait Subject: Send + Sync {
    fn name(&self) -> Option<&str>;
    fn client(&self) -> Option<&ClientId>;
    fn user(&self) -> Option<&UserId>;
    fn metadata(&self) -> &HeaderMap;
}

impl<E: Event> Subject for Request<E> {
    fn name(&self) -> Option<&str> {
        self.event.name()
    }

    fn client(&self) -> Option<&ClientId> {
        self.event.origin().0.map(|client: &Client| &client.id)
    }

    fn user(&self) -> Option<&UserId> {
        self.event.origin().1
    }

    fn metadata(&self) -> &HeaderMap {
        &self.metadata
    }
}

/// The names alone, without the event: an open stream keeps them for as long as it lasts.
pub(super) struct Names {
    name: Option<String>,
    client: Option<ClientId>,
    user: Option<UserId>,
    metadata: HeaderMap,
}

impl Names {
    /// The names of a call that has not been decoded.
    pub(super) fn unknown(metadata: HeaderMap) -> Self {
        Self { name: None, client: None, user: None, metadata }
    }

    pub(super) fn of(subject: &dyn Subject, metadata: HeaderMap) -> Self {
        Self {
            name: subject.name().map(str::to_owned),
            client: subject.client().cloned(),
            user: subject.user().cloned(),
            metadata,
        }
    }
}

impl Subject for Names {
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn client(&self) -> Option<&ClientId> {
        self.client.as_ref()
    }

    fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    fn metadata(&self) -> &HeaderMap {
        &self.metadata
    }
}
