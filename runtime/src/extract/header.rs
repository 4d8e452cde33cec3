//! The headers that Centrifugo forwards.

use std::ops::Deref;

use http::HeaderMap;

use super::{Extract, Immediate, immediate};
use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;

/// The call's gRPC metadata: the headers that Centrifugo forwards, by their lower-case names, and gRPC's own.
///
/// The proxy's configuration lists the headers that Centrifugo forwards: set them with
/// [`App::http_headers`](crate::App::http_headers) and [`App::emulated_headers`](crate::App::emulated_headers).
#[derive(Debug, Clone, Copy)]
pub struct Metadata<'c>(pub &'c HeaderMap);

impl Deref for Metadata<'_> {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        self.0
    }
}

impl<'c, E: Event> Extract<'c, E> for Metadata<'c> {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(Self(call.metadata())))
    }
}

/// A header of the client's HTTP request, typed: one of the re-exported crate [`headers`], or a type of your own that
/// implements its trait.
///
/// ```
/// use centrifugo::headers::{Authorization, authorization::Bearer};
/// use centrifugo::{App, Connected, Header};
///
/// #[centrifugo::connect]
/// async fn connect(
///     Header(Authorization(bearer)): Header<Authorization<Bearer>>,
/// ) -> Connected {
///     Connected::user(if bearer.token() == "sesame" { "ann" } else { "" })
/// }
///
/// // Browsers set no headers on a WebSocket. The SDK's option `headers` sends them
/// // with the connect command.
/// let app = App::new().emulated_headers(["authorization"]);
/// ```
///
/// The [generated configuration](crate::App::centrifugo_config) lists the header in `http_headers` of each proxy whose
/// handlers take it. A missing or malformed header is refused with error 400 "bad request"; `Option<Header<H>>` is `None` if
/// it is missing.
///
/// **gRPC carries printable ASCII only.** If a forwarded header has any other byte (a name in UTF-8 in one of the site's
/// cookies is enough), Centrifugo's call fails before the app receives it, and so does every call of that client: the client
/// receives error 100, and only Centrifugo's log has the reason. So forward only headers that nobody else writes to: a
/// header of your own for your token, rather than the whole `cookie`. Or make the reverse proxy in front of Centrifugo pass
/// on the one cookie that you need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<H>(pub H);

impl<'c, E: Event, H: headers::Header> Extract<'c, E> for Header<H> {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| {
            let header = Self::of(call.metadata())?;
            header.ok_or_else(|| bad_request(format!("the header `{}` is missing", H::name())))
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| Self::of(call.metadata()))
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.header(H::name());
    }
}

impl<H: headers::Header> Header<H> {
    fn of(metadata: &HeaderMap) -> Result<Option<Self>, Reject> {
        let mut values = metadata.get_all(H::name()).iter().peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        match H::decode(&mut values) {
            Ok(header) => Ok(Some(Self(header))),
            Err(error) => Err(bad_request(format!("the header `{}` can't be read: {error}", H::name()))),
        }
    }
}

fn bad_request(why: String) -> Reject {
    Reject::from(ErrorReply::BAD_REQUEST).because(why)
}
