//! The requests that the test kit sends, as Centrifugo would. Each event's file states its own.

use bytes::Bytes;

use crate::event::Wire;
use crate::event::inbound::Inbound;
use crate::wire;

/// The fields of a request, for all events.
#[derive(Debug)]
pub struct Draft {
    pub(crate) client: String,
    pub(crate) transport: String,
    pub(crate) protocol: String,
    pub(crate) encoding: String,
    pub(crate) user: String,
    pub(crate) channel: String,
    pub(crate) method: String,
    pub(crate) key: String,
    pub(crate) items: Vec<wire::SharedPollRefreshItem>,
    pub(crate) change: String,
    pub(crate) data: Bytes,
    pub(crate) meta: Bytes,
    pub(crate) inbound: Inbound,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            client: "c1".to_owned(),
            transport: "websocket".to_owned(),
            protocol: "json".to_owned(),
            encoding: "json".to_owned(),
            user: String::new(),
            channel: String::new(),
            method: String::new(),
            key: String::new(),
            items: Vec::new(),
            change: String::new(),
            data: Bytes::new(),
            meta: Bytes::new(),
            inbound: Inbound::default(),
        }
    }
}

/// A unary event, whose requests the test kit sends.
pub(crate) trait Drafted: Wire {
    /// The data of a client that sends none.
    const NO_DATA: &'static str = "";

    /// Makes the request of the fields that the event has.
    fn request(draft: Draft) -> Self::Request;
}

/// Implements [`Drafted`] for an event, by the fields of its message; all others have their default:
/// `drafted!(CacheEmpty: NotifyCacheEmptyRequest(channel))`.
macro_rules! drafted {
    ($event:ident: $request:ident($($field:ident),*) $(, without data $data:literal)?) => {
        impl $crate::event::draft::Drafted for $event {
            $(const NO_DATA: &'static str = $data;)?

            #[allow(clippy::needless_update, reason = "some messages have these fields alone")]
            fn request(draft: $crate::event::draft::Draft) -> Self::Request {
                $crate::wire::$request { $($field: draft.$field,)* ..Default::default() }
            }
        }
    };
}
pub(crate) use drafted;
