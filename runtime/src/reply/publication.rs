//! Publications of streams.

use std::collections::HashMap;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Serialize;

use crate::names::channel_data::DataOf;
use crate::names::id::Channel;
use crate::reject::Internal;
use crate::reply::payload::Payload;
use crate::reply::typed::typed;
use crate::wire;

/// A publication of a stream, with tags, or with bytes that aren't a serde value.
///
/// ```
/// use centrifugo::Publication;
///
/// fn price() -> Publication {
///     Publication::new(&serde_json::json!({ "price": 42 })).tag("symbol", "ACME")
/// }
/// ```
///
/// Centrifugo sends it to the client of the stream alone, without an offset, and keeps it in no history.
/// `Publication<Prices>` is for a [typed channel](macro@crate::channel): its data has the channel's type.
#[must_use = "a publication is sent when the stream yields it"]
pub struct Publication<C = Channel> {
    fields: Fields,
    channel: PhantomData<fn() -> C>,
}

typed!(Publication has Fields);

#[derive(Debug, Default)]
pub(crate) struct Fields {
    data: Payload,
    tags: HashMap<String, String>,
}

impl<C> Publication<C> {
    /// Creates a publication of a value, as JSON.
    pub fn new<T: Serialize + DataOf<C> + ?Sized>(data: &T) -> Self {
        Self::of(Fields { data: Payload::json(data), tags: HashMap::new() })
    }

    /// Creates a publication of any bytes. For a client that speaks JSON, bytes that aren't JSON are an internal failure and
    /// end the stream: Centrifugo would close the client permanently.
    pub fn raw(data: impl Into<Bytes>) -> Self {
        Self::of(Fields { data: Payload::raw(data), tags: HashMap::new() })
    }

    /// Adds a tag, which the client receives with the data.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.tags.insert(key.into(), value.into());
        self
    }

    pub(crate) fn encode(self, json: bool) -> Result<wire::Publication, Internal> {
        Ok(wire::Publication { data: self.fields.data.into_bytes("publication", json)?, tags: self.fields.tags })
    }
}

/// An item of a stream: a [`Publication`], or any value that implements [`serde::Serialize`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be published by a stream",
    label = "needs `serde::Serialize`",
    note = "a stream yields `Publication`, any `Serialize` type, or a `Result` of these"
)]
pub trait IntoPublication {
    /// Converts the item to a publication.
    fn into_publication(self) -> Publication;
}

impl<C> IntoPublication for Publication<C> {
    fn into_publication(self) -> Publication {
        Publication::of(self.fields)
    }
}

impl<T: Serialize> IntoPublication for T {
    fn into_publication(self) -> Publication {
        Publication::new(&self)
    }
}
